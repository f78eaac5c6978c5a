// SPDX-License-Identifier: MIT
//
// The plugin on a simulated machine: several members on addresses of its loopback.
#define BOOST_TEST_MODULE connector_mesh
#include "mesh_plugin.hpp"

#include <kith/testkit/fail_each.hpp>
#include <kith/testkit/scripted_server.hpp>

namespace {

std::string name(std::size_t i) { return "m" + std::to_string(i) + "@127.0.0." + std::to_string(i + 1); }

struct Fixture {
    PluginHarness &add(std::size_t i, const std::string &more = {}) {
        const std::string options = R"({"plain": true, "cluster": "c", "node": ")" + name(i) + "\"" + more + "}";
        members.push_back(std::make_unique<PluginHarness>(here, kith_plugin_entry_connector_mesh, "mesh", options));
        BOOST_REQUIRE(members.back()->start() == KITH_OK);
        members.back()->run_for(1ms);
        return *members.back();
    }
    void form(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) add(i);
        for (std::size_t i = 0; i < count; ++i) {
            for (std::size_t k = 0; k < count; ++k) {
                if (i != k) members[i]->connect(peer(name(k)));
            }
        }
        BOOST_REQUIRE(net.run_until(
            [&] { return std::ranges::all_of(members, [&](const auto &each) { return each->links().size() == count - 1; }); },
            10s));
    }
    const Report &done(PluginHarness &at, std::uint64_t op) {
        const Report *out = at.await_done(op);
        if (out == nullptr) throw std::runtime_error("it is never done");
        BOOST_TEST_MESSAGE(out->text);
        return *out;
    }
    ~Fixture() {
        for (auto &each : members) {
            if (each->running()) BOOST_TEST(each->stop());
            for (const auto &broken : each->violations()) BOOST_ERROR(broken);
        }
    }

    SimNet net;
    kith::testkit::SimulatedMachine &here = net.machine("here", {"10.0.0.1"});
    std::vector<std::unique_ptr<PluginHarness>> members;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(members_link_and_report_each_other, Fixture) {
    form(4);
    for (auto &each : members) {
        for (const auto &report : each->reports()) BOOST_TEST((report.kind != Report::Kind::link_down));
    }
    BOOST_TEST(members[1]->attached_node() == "m1@127.0.0.2");
    members[0]->refresh();
    members[0]->run_for(1ms);
    BOOST_TEST(members[0]->links().size() == 3u);
    BOOST_TEST(here.open_streams() == 12u); // both ends of six
}

BOOST_FIXTURE_TEST_CASE(one_that_stops_is_restarting_and_links_again, Fixture) {
    form(3);
    BOOST_TEST(members[2]->stop());
    BOOST_TEST(net.run_until([&] { return members[0]->links().size() == 1 && members[1]->links().size() == 1; }, 100ms));
    const auto down =
        std::ranges::find_if(members[0]->reports(), [](const Report &each) { return each.kind == Report::Kind::link_down; });
    BOOST_REQUIRE((down != members[0]->reports().end()));
    BOOST_TEST(down->text == "it is restarting");
    members[2]->destroy();
    BOOST_REQUIRE(members[2]->start() == KITH_OK);
    BOOST_TEST(net.run_until([&] { return members[0]->links().size() == 2 && members[2]->links().size() == 2; }, 10s));
}

BOOST_FIXTURE_TEST_CASE(one_that_leaves_has_left_for_good, Fixture) {
    form(3);
    const auto *left = members[2]->await_sent(members[2]->leave());
    BOOST_REQUIRE(left != nullptr);
    BOOST_TEST(left->status == KITH_OK);
    BOOST_TEST(net.run_until([&] { return members[0]->links().size() == 1 && members[1]->links().size() == 1; }, 100ms));
    const auto down =
        std::ranges::find_if(members[0]->reports(), [](const Report &each) { return each.kind == Report::Kind::link_down; });
    BOOST_REQUIRE((down != members[0]->reports().end()));
    BOOST_TEST(down->text == "it has left");
    BOOST_TEST(!members[2]->attached());
    members[2]->run_for(30s);
    BOOST_TEST(members[0]->links().size() == 1u);
    BOOST_TEST(here.open_streams() == 2u); // both ends of the link of the others
}

BOOST_FIXTURE_TEST_CASE(a_parted_member_is_no_link_until_it_is_connected_again, Fixture) {
    form(3);
    BOOST_TEST(done(*members[0], members[0]->disconnect(peer(name(2)))).status == KITH_OK);
    BOOST_TEST(members[0]->links() == std::vector<std::string>{name(1)});
    members[0]->run_for(10s);
    BOOST_TEST(members[0]->links() == std::vector<std::string>{name(1)});
    BOOST_TEST(members[1]->links().size() == 2u);
    BOOST_TEST(done(*members[0], members[0]->connect(peer(name(2)))).status == KITH_OK);
    BOOST_TEST(members[0]->links().size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(a_connect_that_fails_has_its_reason, Fixture) {
    auto &one = add(0);
    const Report &refused = done(one, one.connect(peer(name(1))));
    BOOST_TEST(refused.status == KITH_UNAVAILABLE);
    BOOST_TEST(contains(refused.text, "127.0.0.2"));
    const Report &elsewhere = done(one, one.connect(peer("x@10.0.0.9")));
    BOOST_TEST(elsewhere.status == KITH_DENIED);
    RecordedPeer with_port = peer(name(1));
    with_port.attributes = {{"port", "seven"}};
    const Report &port = done(one, one.connect(with_port));
    BOOST_TEST(port.status == KITH_INVALID);
    BOOST_TEST(contains(port.text, "expected a number from 1 to 65535"));
    kith::testkit::ScriptedServer web(here, 4750);
    web.script().send("HTTP/1.1 400 Bad Request\r\n\r\n").close();
    RecordedPeer other = peer("web@127.0.0.1");
    other.attributes = {{"port", "4750"}};
    BOOST_TEST(contains(done(one, one.connect(other)).text, "frame of an impossible length"));
}

BOOST_AUTO_TEST_CASE(options_without_sense_are_refused_with_a_sentence) {
    SimNet net;
    auto &here = net.machine("here", {"10.0.0.1"});
    const auto refusal = [&](const char *options) {
        PluginHarness harness(here, kith_plugin_entry_connector_mesh, "mesh", options);
        BOOST_TEST(harness.start() != KITH_OK);
        BOOST_TEST_MESSAGE(harness.error());
        return harness.error();
    };
    BOOST_TEST(contains(refusal(R"({"node": "a@10.0.0.1", "cluster": "c", "plain": true})"), "it would listen on 10.0.0.1"));
    BOOST_TEST(contains(refusal(R"({"node": "a@host", "cluster": "c", "plain": true})"), "all addresses"));
    BOOST_TEST(contains(refusal(R"({"node": "a@host", "cluster": "c", "plain": true, "listen": "host:1"})"),
                        "expected a numeric address and a port"));
    BOOST_TEST(contains(refusal(R"({"node": "a@127.0.0.1", "cluster": "c"})"), "none of keys, keys_file, certificate"));
    BOOST_TEST(
        contains(refusal(R"({"node": "a@127.0.0.1", "cluster": "c", "plain": true, "certificate": "/a"})"), "more than one"));
    BOOST_TEST(
        contains(refusal(R"({"node": "a@127.0.0.1", "cluster": "c", "certificate": "/a"})"), "option authority is not set"));
    BOOST_TEST(contains(refusal(R"({"node": "a@127.0.0.1", "cluster": "c", "keys": ["secret"]})"), "64 hexadecimal digits"));
}

BOOST_AUTO_TEST_CASE(each_call_of_a_service_may_fail) {
    const auto failed = kith::testkit::fail_each([](SimNet &net) {
        auto &here = net.machine("here", {"10.0.0.1"});
        std::vector<std::unique_ptr<PluginHarness>> members;
        for (std::size_t i = 0; i < 2; ++i) {
            members.push_back(
                std::make_unique<PluginHarness>(here, kith_plugin_entry_connector_mesh, "mesh",
                                                R"({"plain": true, "cluster": "c", "node": ")" + name(i) + "\"}"));
            if (members[i]->start() != KITH_OK) return;
            members[i]->run_for(2s);
        }
        for (std::size_t i = 0; i < 2; ++i) {
            if (members[i]->attached()) members[i]->connect(peer(name(1 - i)));
        }
        net.run_for(8s);
        for (auto &each : members) {
            each->stop();
            for (const auto &broken : each->violations()) BOOST_ERROR(broken);
        }
    });
    BOOST_TEST(failed > 20u); // that a call failed is no failure of the test
}
