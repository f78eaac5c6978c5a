// SPDX-License-Identifier: MIT
//
// The plugin on two simulated machines: certificates, keys, and files of them that change.
#include "secure_pair.hpp"

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
