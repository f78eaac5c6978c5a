// SPDX-License-Identifier: MIT
//
// Which source is in use.
#include <core/cluster/membership/source_selection.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <vector>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(source_selection)

BOOST_AUTO_TEST_CASE(the_source_in_use_of_merge_first) {
    const SourceStanding nothing{}, fresh{true, false, false}, stale{true, true, false}, remembered{false, false, true};
    const struct {
        std::vector<SourceStanding> sources;
        std::size_t in_use;
    } rows[] = {
        {{nothing, nothing}, 0},  {{fresh, fresh}, 0},          {{stale, fresh}, 1},           {{nothing, fresh}, 1},
        {{stale, stale}, 0},      {{nothing, stale}, 1},        {{remembered, stale}, 1},      {{nothing, remembered}, 1},
        {{remembered, fresh}, 1}, {{stale, nothing, fresh}, 2}, {{remembered, remembered}, 0},
    };
    for (const auto &row : rows) BOOST_CHECK_EQUAL(source_in_use(row.sources), row.in_use);
}

BOOST_AUTO_TEST_CASE(confirm_observations_take_as_long_as_grace) {
    Policy policy;
    policy.grace = std::chrono::seconds{60};
    policy.confirm = 3;
    BOOST_CHECK_EQUAL(observation_interval(policy), 20 * one_second);
    policy.confirm = 0;
    BOOST_CHECK_EQUAL(observation_interval(policy), 60 * one_second);
    policy.grace = std::chrono::seconds{0};
    BOOST_CHECK_EQUAL(observation_interval(policy), 1U);
}

BOOST_AUTO_TEST_CASE(select_returns_the_changed_sources) {
    const auto none_remembered = [](SourceId) { return false; };
    Policy policy;
    policy.merge = Merge::first;
    SourceSelection sources;
    sources.add(policy);
    sources.add(policy);
    const SourceId one{0}, two{1};
    BOOST_CHECK(sources.in_use(one) && !sources.in_use(two));
    BOOST_CHECK(sources.select(policy.merge, none_remembered).empty());
    sources[two].observed(1, true);
    BOOST_CHECK_EQUAL(sources.select(policy.merge, none_remembered).size(), 2U);
    BOOST_CHECK(!sources.in_use(one) && sources.in_use(two));
    sources.policy_changed(policy, 2);
    const auto changed = sources.select(Merge::union_of_all, none_remembered);
    BOOST_CHECK(changed.size() == 1 && changed[0] == one);
    BOOST_CHECK(sources.in_use(one) && sources.in_use(two));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
