// SPDX-License-Identifier: MIT
//
// The plugin on a simulated machine: several members on addresses of its loopback.
#define BOOST_TEST_MODULE connector_mesh
#include <kith/testkit/fail_each.hpp>
#include <kith/testkit/plugin_harness.hpp>
#include <kith/testkit/scripted_server.hpp>
#include <kith/testkit/tls_identity.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>

extern "C" const kith_entry kith_plugin_entry_connector_mesh;

using namespace std::chrono_literals;
using kith::testkit::PluginHarness;
using kith::testkit::RecordedPeer;
using kith::testkit::Report;
using kith::testkit::SimNet;

namespace {

std::string name(std::size_t i) { return "m" + std::to_string(i) + "@127.0.0." + std::to_string(i + 1); }

RecordedPeer peer(const std::string &named) { return {.key = named, .name = named, .attributes = {}, .ttl = {}}; }

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

bool contains(const std::string &text, std::string_view part) { return text.find(part) != std::string::npos; }

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

namespace {

/// Two machines whose members have certificates or keys.
struct Secure {
    Secure() {
        for (std::size_t i = 0; i < 2; ++i) machines[i]->file("/ca.pem", ca.certificate());
    }
    void certify(std::size_t i, kith::testkit::TlsAuthority &by, const std::string &uri) {
        const auto identity = by.sign({.common_name = "member", .names = {uri}});
        machines[i]->file("/own.pem", identity.certificate);
        machines[i]->file("/own.key", identity.key);
    }
    void prepare(std::size_t i, const std::string &security) {
        const std::string node = "m@10.0.0." + std::to_string(i + 1);
        members[i] = std::make_unique<PluginHarness>(*machines[i], kith_plugin_entry_connector_mesh, "mesh",
                                                     R"({"cluster": "c", "node": ")" + node + "\", " + security + "}");
    }
    void start(std::size_t i, const std::string &security) {
        prepare(i, security);
        BOOST_REQUIRE(members[i]->start() == KITH_OK);
        members[i]->run_for(10ms);
    }
    std::size_t times_read_again() const {
        return static_cast<std::size_t>(std::ranges::count_if(
            members[0]->log(), [](const auto &line) { return contains(line.message, "were read again"); }));
    }
    /// The end of a connect of the second member to the first.
    std::string connected() {
        const Report *out = members[1]->await_done(members[1]->connect(peer("m@10.0.0.1")));
        if (out == nullptr) throw std::runtime_error("it is never done");
        BOOST_TEST_MESSAGE(out->text);
        return out->status == KITH_OK ? "" : out->text;
    }
    ~Secure() {
        for (auto &each : members) {
            if (!each) continue;
            BOOST_TEST(each->stop());
            for (const auto &broken : each->violations()) BOOST_ERROR(broken);
        }
    }

    SimNet net;
    kith::testkit::SimulatedMachine *machines[2] = {&net.machine("one", {"10.0.0.1"}), &net.machine("two", {"10.0.0.2"})};
    kith::testkit::TlsAuthority ca{"ca"}, other{"other"};
    std::unique_ptr<PluginHarness> members[2];
};

const std::string by_certificate = R"("certificate": "/own.pem", "private_key": "/own.key", "authority": "/ca.pem")";
const std::string key_a(64, 'a'), key_b(64, 'b');

} // namespace

BOOST_FIXTURE_TEST_CASE(certificates_name_the_member_and_the_cluster, Secure) {
    certify(0, ca, "kith://c/m@10.0.0.1");
    certify(1, ca, "kith://c/m@10.0.0.2");
    start(0, by_certificate);
    start(1, by_certificate);
    BOOST_TEST(connected().empty());
    BOOST_TEST(members[0]->links() == std::vector<std::string>{"m@10.0.0.2"});
}

BOOST_FIXTURE_TEST_CASE(a_certificate_of_another_name_is_not_used, Secure) {
    certify(0, ca, "kith://c/x@10.0.0.9");
    start(0, by_certificate);
    BOOST_TEST(!members[0]->attached());
    BOOST_REQUIRE(!members[0]->reports().empty());
    BOOST_TEST(contains(members[0]->reports()[0].text, "is not the certificate of this member: expected kith://c/m@10.0.0.1"));
}

BOOST_FIXTURE_TEST_CASE(another_authority_is_refused, Secure) {
    certify(0, ca, "kith://c/m@10.0.0.1");
    certify(1, other, "kith://c/m@10.0.0.2");
    start(0, by_certificate);
    start(1, by_certificate);
    BOOST_TEST(!connected().empty());
    BOOST_TEST(members[0]->links().empty());
}

BOOST_FIXTURE_TEST_CASE(a_denied_certificate_is_refused, Secure) {
    certify(0, ca, "kith://c/m@10.0.0.1");
    certify(1, ca, "kith://c/m@10.0.0.2");
    start(0, by_certificate + R"(, "deny": ["m@10.0.0.2"])");
    start(1, by_certificate);
    BOOST_TEST(!connected().empty());
    BOOST_TEST(members[0]->links().empty());
    BOOST_TEST(members[0]->logged_reason("the certificate of m@10.0.0.2"));
}

BOOST_FIXTURE_TEST_CASE(keys_are_accepted_all_and_the_first_is_used, Secure) {
    start(0, R"("keys": [")" + key_a + "\", \"" + key_b + "\"]");
    start(1, R"("keys": [")" + key_b + "\"]");
    BOOST_TEST(connected().empty());
}

BOOST_FIXTURE_TEST_CASE(another_key_is_refused, Secure) {
    start(0, R"("keys": [")" + key_a + "\"]");
    start(1, R"("keys": [")" + key_b + "\"]");
    BOOST_TEST(!connected().empty());
    BOOST_TEST(members[0]->links().empty());
}

namespace {

bool went_down(const PluginHarness &at) {
    return std::ranges::any_of(at.reports(), [](const Report &each) { return each.kind == Report::Kind::link_down; });
}

const std::string by_keys_file = R"("keys_file": "/mesh.psk")";

} // namespace

BOOST_FIXTURE_TEST_CASE(a_key_is_exchanged_without_losing_the_link, Secure) {
    const std::string old_only = "# of last year\n" + key_a + "\n", new_behind = old_only + key_b + "\r\n",
                      new_first = key_b + "\n" + key_a + "\n", new_only = key_b + "\n";
    for (auto *machine : machines) machine->file("/mesh.psk", old_only);
    start(0, by_keys_file);
    start(1, by_keys_file);
    BOOST_REQUIRE(connected().empty());
    for (const std::string &step : {new_behind, new_first, new_only}) {
        for (auto *machine : machines) {
            machine->file("/mesh.psk", step);
            members[0]->run_for(20s);
        }
    }
    BOOST_TEST(members[0]->links().size() == 1u);
    for (const auto &each : members) BOOST_TEST(!went_down(*each));
    // The old key is of no use any more: who has only that one is refused.
    BOOST_TEST(members[1]->stop());
    machines[1]->file("/mesh.psk", old_only);
    start(1, by_keys_file);
    BOOST_TEST(!connected().empty());
}

BOOST_FIXTURE_TEST_CASE(a_file_of_keys_that_is_no_good_is_not_used, Secure) {
    for (auto *machine : machines) machine->file("/mesh.psk", key_a);
    start(0, by_keys_file);
    machines[0]->file("/mesh.psk", "password\n");
    members[0]->run_for(5s);
    BOOST_TEST(members[0]->logged_reason("line 1 of /mesh.psk is no key"));
    machines[0]->file("/mesh.psk", "# of this year\n\n" + key_a + "\n  # of last year\npassword\n");
    members[0]->run_for(5s);
    BOOST_TEST(members[0]->logged_reason("line 5 of /mesh.psk is no key"));
    start(1, by_keys_file);
    BOOST_TEST(connected().empty());
}

BOOST_AUTO_TEST_CASE(a_file_that_changes_at_any_moment_of_its_first_reading_is_read_again) {
    for (auto moment = 0us; moment < 500us; moment += 25us) {
        Secure world;
        for (auto *machine : world.machines) machine->file("/mesh.psk", key_a);
        world.prepare(0, by_keys_file);
        BOOST_REQUIRE(world.members[0]->start() == KITH_OK);
        world.net.run_for(moment);
        world.machines[0]->file("/mesh.psk", key_b);
        world.net.run_for(2s);
        world.machines[1]->file("/mesh.psk", key_b);
        world.start(1, by_keys_file);
        BOOST_TEST(world.connected().empty(), "the file was changed after " << moment.count() << " us");
    }
}

BOOST_FIXTURE_TEST_CASE(a_certificate_and_its_key_that_are_replaced_one_after_the_other_are_read_once, Secure) {
    certify(0, ca, "kith://c/m@10.0.0.1");
    start(0, by_certificate);
    for (const auto pause : {0ms, 200ms}) {
        const auto identity = ca.sign({.common_name = "member", .names = {"kith://c/m@10.0.0.1"}});
        const std::size_t before = times_read_again();
        machines[0]->file("/own.pem", identity.certificate);
        net.run_for(pause);
        machines[0]->file("/own.key", identity.key);
        net.run_for(10s);
        BOOST_TEST(times_read_again() == before + 1);
        BOOST_TEST(members[0]->warnings() == 0u);
    }
}

BOOST_FIXTURE_TEST_CASE(links_of_a_member_that_is_denied_end, Secure) {
    certify(0, ca, "kith://c/m@10.0.0.1");
    certify(1, ca, "kith://c/m@10.0.0.2");
    machines[0]->file("/deny", "# nobody yet\n");
    start(0, by_certificate + R"(, "deny_file": "/deny")");
    start(1, by_certificate);
    BOOST_REQUIRE(connected().empty());
    machines[0]->file("/deny", "m@10.0.0.3\n");
    members[0]->run_for(10s);
    BOOST_TEST(!went_down(*members[0]));
    BOOST_TEST(!went_down(*members[1]));
    machines[0]->file("/deny", "m@10.0.0.3\nm@10.0.0.2\n");
    members[0]->run_for(10s);
    BOOST_TEST(members[0]->links().empty());
    BOOST_TEST(members[0]->logged_reason("is denied here, by option deny or deny_file"));
    machines[0]->file("/deny", "m@10.0.0.3\n");
    members[0]->run_for(20s);
    BOOST_TEST(members[0]->links().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_new_certificate_is_used_by_links_that_exist_and_none_is_lost, Secure) {
    certify(0, ca, "kith://c/m@10.0.0.1");
    certify(1, ca, "kith://c/m@10.0.0.2");
    start(0, by_certificate);
    start(1, by_certificate);
    BOOST_REQUIRE(connected().empty());
    for (const std::size_t renewed : {0, 1}) { // the one that dials, and the one that asks it to
        certify(renewed, ca, "kith://c/m@10.0.0." + std::to_string(renewed + 1));
        std::size_t most = 0;
        for (int i = 0; i < 100; ++i) {
            members[1]->send("m@10.0.0.1", "c", "text");
            const auto end = net.now() + 100ms;
            members[0]->run_until(
                [&] {
                    most = std::max(most, machines[0]->open_streams());
                    return net.now() >= end;
                },
                100ms);
        }
        BOOST_TEST(most == 2u); // the new link was there before the old one ended
        BOOST_TEST(machines[0]->open_streams() == 1u);
    }
    BOOST_TEST(members[0]->arrived().size() == 200u);
    for (const auto &each : members) BOOST_TEST(!went_down(*each));
}

BOOST_FIXTURE_TEST_CASE(who_asks_gets_the_identities_of_the_keys_of_all, Secure) {
    start(0, R"("keys": [")" + key_a + "\", \"" + key_b + "\"]");
    start(1, R"("keys": [")" + key_b + "\"]");
    BOOST_REQUIRE(connected().empty());
    members[0]->send("", "kith.keys", "");
    members[0]->run_for(1s);
    BOOST_REQUIRE(members[0]->arrived().size() == 2u);
    BOOST_TEST(members[1]->arrived().empty()); // the question is not for applications
    BOOST_TEST(members[0]->arrived()[0].peer == "m@10.0.0.1");
    BOOST_TEST(members[0]->arrived()[1].peer == "m@10.0.0.2");
    BOOST_TEST(contains(members[0]->arrived()[0].data, "{\"keys\": [\""));
    const std::string both = members[0]->arrived()[0].data, one = members[0]->arrived()[1].data;
    BOOST_TEST(std::ranges::count(both, ',') == 1);
    BOOST_TEST(contains(both, one.substr(10, one.size() - 12)));
    BOOST_TEST(!contains(both, key_a));
}

BOOST_FIXTURE_TEST_CASE(messages_travel_between_applications, Secure) {
    start(0, R"("keys": [")" + key_a + "\"]");
    start(1, R"("keys": [")" + key_a + "\"]");
    BOOST_REQUIRE(connected().empty());
    members[1]->send("m@10.0.0.1", "c", "text");
    members[1]->run_for(1s);
    BOOST_REQUIRE(members[0]->arrived().size() == 1u);
    BOOST_TEST(members[0]->arrived()[0].data == "text");
    BOOST_TEST(members[0]->arrived()[0].peer == "m@10.0.0.2");
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
