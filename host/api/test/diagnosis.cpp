// SPDX-License-Identifier: MIT
//
// What `kith why` says first: the cause and what to do, for each thing that can be wrong with a peer.
#include "api_world.hpp"

#include <host/api/diagnosis.hpp>

#include <boost/test/unit_test.hpp>

namespace kith::app::test {

namespace {

Diagnosis why(ApiWorld &world, std::string_view name, std::size_t topology = 0) {
    const core::EngineView view = world.view();
    Diagnosis found = diagnose(view, view.topologies[topology], name);
    BOOST_TEST(!found.cause.empty());
    BOOST_TEST(!found.remedy.empty());
    return found;
}

void check(const Diagnosis &found, std::string_view code, std::string_view cause, std::string_view remedy) {
    BOOST_TEST(found.code == code);
    BOOST_TEST(found.cause.find(cause) != std::string::npos, found.cause);
    BOOST_TEST(found.remedy.find(remedy) != std::string::npos, found.remedy);
}

} // namespace

BOOST_AUTO_TEST_SUITE(diagnosis)

BOOST_AUTO_TEST_CASE(a_failed_attempt_names_its_cause_and_the_next_one) {
    struct Case {
        std::int32_t status;
        const char *text;
        const char *code;
        const char *remedy;
    };
    const Case cases[] = {
        {KITH_UNAUTHORIZED, "the cookies differ", "unauthorized", "the same cookie"},
        {KITH_REFUSED, "nobody listens on 10.0.0.8:4369", "refused", "Start the node"},
        {KITH_TIMED_OUT, "nothing answers", "mute", "firewall"},
        {KITH_NOT_FOUND, "it has another name: c@h", "name_mismatch", "compare the name"},
        {KITH_UNRESOLVED, "the host name x does not resolve", "no_such_host", "host part"},
        {KITH_DENIED, "not allowed", "denied", "Allow it"},
        {KITH_UNAUTHORIZED, "the certificate has expired", "certificate", "certificate"},
        {KITH_PROTOCOL, "it is no EPMD", "not_a_node", "Look what listens"},
        {KITH_UNREACHABLE, "no route", "unreachable", "routes"},
        {KITH_INTERNAL, "a bug", "internal", "log of both"},
    };
    for (const Case &one : cases) {
        ApiWorld world;
        auto &topology = world.fixture.topology();
        world.fixture.attach();
        world.fixture.see(topology, {"b@h"});
        world.fixture.finish("b@h", one.status, one.text);
        const Diagnosis found = why(world, "b@h");
        check(found, one.code, one.text, one.remedy);
        BOOST_TEST(found.remedy.find("tries again in") != std::string::npos, found.remedy);
    }
}

BOOST_AUTO_TEST_CASE(a_quarantine_is_the_reason_and_a_retry_the_remedy) {
    ApiWorld world;
    auto &topology = world.fixture.topology();
    world.fixture.see(topology, {"b@h"});
    core::EngineView view = world.view();
    core::InstanceView connector = view.instances.front();
    connector.file = "libours.so";
    const auto found = [&](std::string_view name) { return diagnose(view, view.topologies[0], name); };
    BOOST_TEST(found("b@h").code == "detached");
    connector.quarantine = "it crashed 6 times";
    view.instances = {connector};
    check(found("b@h"), "quarantined", "connector beam is in quarantine: it crashed 6 times", "kith plugins retry libours.so");
    BOOST_TEST(found("c@h").code == "unknown");

    topology.failed(core::SourceId{0}, KITH_RESET, "its process is gone", world.fixture.now);
    BOOST_TEST(found("c@h").code == "source_failing");
    const std::string strategy = "topologies." + std::string(topology.name()) + '.' + std::string(topology.sources()[0].name);
    connector.name = strategy;
    view.instances.push_back(connector);
    check(found("c@h"), "source_quarantined", "is in quarantine: it crashed 6 times", "kith plugins retry libours.so");
    BOOST_TEST(!found("c@h").known);
}

BOOST_AUTO_TEST_CASE(each_state_of_a_link_has_its_own_reason) {
    ApiWorld world;
    auto &topology = world.fixture.topology();
    world.fixture.see(topology, {"b@h"});
    check(why(world, "b@h"), "detached", "connector beam is not attached", "Start the local node");
    world.fixture.reconciler.detached(KITH_REFUSED, "nobody listens on port 1", world.fixture.now);
    check(why(world, "b@h"), "detached", "nobody listens on port 1", "kith attaches by itself");
    BOOST_REQUIRE(world.fixture.reconciler.attached("self@h", ++world.fixture.epoch, world.fixture.now));
    check(why(world, "b@h"), "links_unknown", "has not reported", "Wait");
    world.fixture.say_links({});
    world.fixture.run();
    check(why(world, "b@h"), "connecting", "being connected", "Wait");
    world.fixture.finish("b@h");
    check(why(world, "b@h"), "linked", "it is linked since", "Nothing");
    check(why(world, "self@h"), "unknown", "no strategy of this topology has it", "Compare");
    world.fixture.see(topology, {"b@h", "self@h"});
    check(why(world, "self@h"), "local_node", "the local node", "Nothing");
}

BOOST_AUTO_TEST_CASE(each_cause_of_an_unknown_name_has_its_own_reason) {
    ApiWorld world;
    auto &topology = world.fixture.topology();
    world.fixture.attach();
    check(why(world, "b@h"), "not_looked", "has not reported yet", "kith refresh");
    BOOST_TEST(!why(world, "b@h").known);
    topology.failed(core::SourceId{0}, KITH_DENIED, "403 Forbidden", world.fixture.now);
    check(why(world, "b@h"), "source_denied", "cannot look: 403 Forbidden", "RBAC");
    topology.failed(core::SourceId{0}, KITH_UNAUTHORIZED, "the certificate is of another authority", world.fixture.now);
    check(why(world, "b@h"), "source_certificate", "certificate", "authorities");
    world.fixture.see(topology, {"b@10.0.0.8"});
    check(why(world, "b@10.0.0.9"), "unknown", "possibly b@10.0.0.8 is meant", "kith peers");
    check(why(world, "x@y"), "unknown", "no strategy of this topology has it", "kith discover");
}

BOOST_AUTO_TEST_CASE(each_effect_of_the_policy_has_its_own_reason) {
    ApiWorld world;
    core::Policy policy;
    policy.exclude = {"out@*"};
    policy.prune = core::Prune::keep;
    auto &topology = world.fixture.topology(policy);
    world.fixture.automatic = true;
    world.fixture.attach();
    world.fixture.see(topology, {"a@h", "b@h", "c@h", "d@h", "out@h"});
    check(why(world, "out@h"), "filtered", "policy.include or policy.exclude", "globs");
    world.fixture.update(topology, {}, {}, {"a@h"}); // one that leaves is believed
    check(why(world, "a@h"), "gone", "it is gone from its source", "policy.prune");
    world.fixture.update(topology, {}, {}, {"b@h", "c@h", "d@h"});
    check(why(world, "b@h"), "guarded", "the guard holds its removal", "the removal is believed in 600 s");
    world.fixture.down("a@h");
    world.fixture.run();
    check(why(world, "a@h"), "lost", "not a peer any more", "comes back by itself");
}

BOOST_AUTO_TEST_CASE(another_topology_keeps_its_link) {
    ApiWorld world;
    core::Policy policy;
    policy.prune = core::Prune::disconnect;
    auto &first = world.fixture.topology(policy, "first");
    auto &second = world.fixture.topology(policy, "second");
    world.fixture.automatic = true;
    world.fixture.attach();
    world.fixture.see(first, {"a@h", "b@h", "c@h"});
    world.fixture.see(second, {"a@h"});
    world.fixture.update(first, {}, {}, {"a@h"});
    check(why(world, "a@h", 0), "kept_by_topology", "topology second holds it", "Take it out of topology second");
    check(why(world, "a@h", 1), "linked", "linked", "Nothing");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::app::test
