// SPDX-License-Identifier: MIT
//
// The sentence of each change, and of each cause.
#include <core/cluster/topology/reason_writer.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <set>
#include <string>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(reason_writer)

namespace {

struct NoLinks final : LinkQueries {
    bool busy(NameId) const override { return false; }
    bool ever_linked(NameId) const override { return false; }
};

struct Reasons {
    explicit Reasons(Policy policy_ = {}) : membership(policy_, names, links) {
        sources.add("s");
        membership.add_source();
    }
    std::string of(ChangeKind kind, LossCause cause, PeerClass to = PeerClass::none, bool believed = false) const {
        MembershipChange change;
        change.kind = kind;
        change.cause = cause;
        change.to = to;
        if (believed) change.removal = Removal::believed;
        change.since = 30 * one_second;
        change.observations = 3;
        change.would_go = 3;
        change.largest = 4;
        return reasons.change(change, 90 * one_second);
    }

    Interner names;
    NoLinks links;
    EventBus bus;
    Membership membership;
    ObservationEvents sources{"t", bus};
    ReasonWriter reasons{membership, sources};
};

} // namespace

BOOST_AUTO_TEST_CASE(reasons_of_changes) {
    const Reasons it;
    BOOST_CHECK_EQUAL(it.of(ChangeKind::discovered, LossCause::none), "");
    BOOST_CHECK_EQUAL(it.of(ChangeKind::seen_again, LossCause::missed), "seen again after 60 s");
    BOOST_CHECK_EQUAL(it.of(ChangeKind::missing, LossCause::missed), "strategy s did not find it; it is gone in 60 s");
    BOOST_CHECK_EQUAL(it.of(ChangeKind::held, LossCause::unselected),
                      "only a strategy that is not in use has it; its link is kept");
    BOOST_CHECK_EQUAL(it.of(ChangeKind::held, LossCause::left),
                      "3 of 4 peers would be gone, over policy.max_removal 0.5; held for 600 s "
                      "(strategy s reports that it is gone)");
    BOOST_CHECK_EQUAL(it.of(ChangeKind::lost, LossCause::left, PeerClass::unwanted),
                      "strategy s reports that it is gone; it is disconnected");
    BOOST_CHECK_EQUAL(it.of(ChangeKind::lost, LossCause::missed, PeerClass::none, true),
                      "strategy s did not find it; missing for 60 s in 3 observations; the guard held it for 600 s");
    BOOST_CHECK_EQUAL(it.of(ChangeKind::lost, LossCause::self), "it is the local node");
    BOOST_CHECK_EQUAL(it.of(ChangeKind::reclassed, LossCause::missed), "");
}

BOOST_AUTO_TEST_CASE(the_reason_names_prune_when_a_link_is_kept) {
    Policy policy;
    policy.prune = Prune::report;
    BOOST_CHECK_EQUAL(
        Reasons{policy}.of(ChangeKind::lost, LossCause::left, PeerClass::kept),
        "strategy s reports that it is gone; prune is report: its link is kept, otherwise it would be disconnected");
    policy.prune = Prune::keep;
    BOOST_CHECK_EQUAL(Reasons{policy}.of(ChangeKind::lost, LossCause::left, PeerClass::kept),
                      "strategy s reports that it is gone; prune is keep: its link is kept");
}

BOOST_AUTO_TEST_CASE(every_cause_has_its_own_text) {
    const Reasons it;
    std::set<std::string> sentences;
    for (int cause = static_cast<int>(LossCause::missed); cause <= static_cast<int>(LossCause::ordered); ++cause)
        sentences.insert(it.reasons.cause(static_cast<LossCause>(cause), SourceId{0}));
    BOOST_CHECK_EQUAL(sentences.size(), static_cast<std::size_t>(LossCause::ordered));
    BOOST_CHECK(!sentences.contains(""));
}

BOOST_AUTO_TEST_CASE(reasons_of_a_stale_source) {
    Reasons it;
    const SourceId source{0};
    BOOST_CHECK(!it.reasons.known_age(source, one_second));
    it.sources.remembered(source, 90 * one_second, one_second);
    BOOST_CHECK_EQUAL(it.reasons.last_known(source, 11 * one_second), "last known 100 s ago");
    it.sources.failed(source, KITH_TIMED_OUT, "no answer", one_second);
    BOOST_CHECK_EQUAL(it.reasons.stale(source), "no answer");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
