// SPDX-License-Identifier: MIT
#include <host/command/discovery_changes.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

using namespace kith;
using namespace kith::app;

namespace {

core::DiscoveryResult observed(const std::vector<std::string> &names) {
    core::DiscoveryResult result;
    result.topology = "t";
    result.source = "s";
    result.strategy = "dns_poll";
    result.status = KITH_OK;
    for (const std::string &name : names) result.peers.push_back({"key-" + name, name, {{"ip", "1"}}, {}});
    return result;
}

core::DiscoveryResult failure(const std::vector<std::string> &last_names) {
    core::DiscoveryResult result = observed(last_names);
    result.status = KITH_TIMED_OUT;
    result.reason = "SERVFAIL";
    return result;
}

// "observed 2, added a, ..."
std::string summary(DiscoveryChanges &changes, const core::DiscoveryResult &result) {
    std::string out;
    for (const DiscoveryChange &change : changes.next(result)) {
        if (!out.empty()) out += ", ";
        switch (change.kind) {
        case DiscoveryChange::Kind::observed: out += "observed " + std::to_string(change.peers); break;
        case DiscoveryChange::Kind::added: out += "added " + change.peer.name; break;
        case DiscoveryChange::Kind::changed: out += "changed " + change.peer.name; break;
        case DiscoveryChange::Kind::removed: out += "removed " + change.peer.name; break;
        case DiscoveryChange::Kind::failed: out += "failed"; break;
        }
        if (!change.reason.empty()) out += " (" + change.reason + ')';
    }
    return out;
}

} // namespace

BOOST_AUTO_TEST_CASE(only_differences_are_reported_as_changes) {
    DiscoveryChanges changes;
    BOOST_TEST(summary(changes, observed({"b", "a"})) == "observed 2, added a, added b");
    BOOST_TEST(summary(changes, observed({"a", "b"})) == "");
    BOOST_TEST(summary(changes, observed({"b", "c"})) == "removed a, added c");
    auto other = observed({"b", "c"});
    other.peers[0].attributes[0].second = "2";
    BOOST_TEST(summary(changes, other) == "changed b");
}

BOOST_AUTO_TEST_CASE(a_failure_removes_no_peer) {
    DiscoveryChanges changes;
    summary(changes, observed({"a"}));
    BOOST_TEST(summary(changes, failure({})) == "failed (SERVFAIL)");
    BOOST_TEST(summary(changes, failure({"a"})) == "failed (SERVFAIL)");
    BOOST_TEST(summary(changes, observed({"a"})) == "observed 1");
}

BOOST_AUTO_TEST_CASE(an_empty_set_has_a_reason) {
    DiscoveryChanges changes;
    auto empty = observed({});
    empty.reason = "NXDOMAIN";
    BOOST_TEST(summary(changes, empty) == "observed 0 (NXDOMAIN)");
    BOOST_TEST(summary(changes, empty) == "");
    BOOST_TEST(summary(changes, observed({"a"})) == "added a");
    empty.left_out = {{"no address", 2}};
    BOOST_TEST(summary(changes, empty) ==
               "observed 0 (no peer remains of the 2 items that the source returned; 2: no address), removed a");
}

BOOST_AUTO_TEST_CASE(changes_are_tracked_for_each_source) {
    DiscoveryChanges changes;
    summary(changes, observed({"a"}));
    auto other = observed({"b"});
    other.source = "s2";
    BOOST_TEST(summary(changes, other) == "observed 1, added b");
}

BOOST_AUTO_TEST_CASE(changes_are_printed_as_lines_and_as_json) {
    constexpr std::int64_t wall = 1'795'000'000'123'000'000; // 2026-11-18T11:06:40.123Z
    DiscoveryChanges changes;
    auto result = observed({"a"});
    result.peers[0].left_out = "it is\nthe local node";
    const auto all = changes.next(result);
    BOOST_REQUIRE(all.size() == 2u);
    BOOST_TEST(change_line(result, all[0], wall) == "11:06:40.123  observed  t/s  1 peer\n");
    BOOST_TEST(change_line(result, all[1], wall) ==
               "11:06:40.123  added     t/s  a  key=key-a ip=1  (excluded: it is.the local node)\n");
    const auto json = boost::json::parse(change_json(result, all[1], wall));
    BOOST_TEST(json.at("change").as_string() == "added");
    BOOST_TEST(json.at("time").as_string() == "2026-11-18T11:06:40.123000Z");
    BOOST_TEST(json.at("attributes").at("ip").as_string() == "1");
    BOOST_TEST(json.at("left_out").as_string() == "it is\nthe local node");
    const auto failed = changes.next(failure({}));
    BOOST_TEST(change_line(result, failed[0], wall) ==
               "11:06:40.123  failed    t/s  SERVFAIL; the last known peers are kept\n");
    BOOST_TEST(boost::json::parse(change_json(result, failed[0], wall)).at("reason").as_string() == "SERVFAIL");
    BOOST_TEST(boost::json::parse(change_json(result, all[0], wall)).at("peers").as_int64() == 1);
}
