// SPDX-License-Identifier: MIT
//
// With a secret: libcluster's seal, ours, and the change from one secret to the next.
#include "gossip_hosts.hpp"

#include "envelope.hpp"

using namespace gossip::test;

namespace {

constexpr const char *sealed = R"({"secret": "somepassword"})";
constexpr const char *authenticated = R"({"secret": "somepassword", "seal": "authenticated"})";

struct SealedFixture : Hosts {
    ~SealedFixture() { net.segment().tap({}); } // those who stop say goodbye, when the packets are gone already
    /// Packets that went onto the segment.
    void record() {
        net.segment().tap([this](const kith::testkit::Sighting &one) {
            if (one.sender != nullptr) packets.emplace_back(one.bytes);
        });
    }
    bool logged(const Host &host, std::string_view reason) const {
        for (const auto &line : host->log())
            for (const auto &[name, value] : line.fields)
                if (value.find(reason) != std::string::npos) return true;
        return false;
    }
    std::vector<std::string> packets;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(secrets, SealedFixture)

BOOST_AUTO_TEST_CASE(heartbeats_sealed_by_libcluster_are_received) {
    const Host &host = add(sealed);
    for (const Captured &one : captured()) inject(one.packet);
    BOOST_TEST(net.run_until([&] { return host->peers().size() == 3; }, 1s));
    net.run_for(1s);
    BOOST_TEST(host.heard("foreign") == 9u); // the plain ones
}

BOOST_AUTO_TEST_CASE(sealed_heartbeats_open_as_in_libcluster_and_use_each_iv_once) {
    record();
    add(sealed);
    net.run_for(1min);
    const auto crypto = std::move(gossip::Crypto::load()).value();
    const auto envelope = gossip::secret_envelope(crypto, {"somepassword"});
    BOOST_REQUIRE(packets.size() > 5u);
    for (const std::string &packet : packets) BOOST_TEST(envelope->open(gossip::test::bytes_of(packet)).name == "a@10.0.0.1");
    std::sort(packets.begin(), packets.end());
    BOOST_TEST((std::adjacent_find(packets.begin(), packets.end()) == packets.end())); // no IV twice
}

BOOST_AUTO_TEST_CASE(only_hosts_with_the_same_secret_find_each_other) {
    for (const char *options : {sealed, authenticated}) {
        Hosts hosts;
        hosts.add(3, options);
        BOOST_TEST(hosts.meet());
        const Host &stranger = hosts.add(R"({"secret": "another"})"), &plain = hosts.add();
        hosts.net.run_for(1min);
        BOOST_TEST(stranger->peers().empty());
        BOOST_TEST(plain->peers().empty());
        BOOST_TEST(hosts.all[0]->peers().size() == 2u);
        BOOST_TEST(hosts.all[0].heard("foreign") > 10u);
    }
}

BOOST_AUTO_TEST_CASE(a_wrong_secret_is_logged_with_the_sender_once_a_minute) {
    const Host &host = add(authenticated);
    add(R"({"secret": "another", "seal": "authenticated"})");
    net.run_for(10min);
    BOOST_TEST(logged(host, "it is sealed with a secret that is not among ours"));
    BOOST_TEST(logged(host, "10.0.0.2:45892"));
    const auto lines = std::count_if(host->log().begin(), host->log().end(),
                                     [](const auto &line) { return line.message == "dropped invalid datagrams"; });
    BOOST_TEST(lines >= 9);
    BOOST_TEST(lines <= 11);
}

BOOST_AUTO_TEST_CASE(a_rolling_change_of_the_secret_loses_no_peer) {
    for (const std::string seal : {"libcluster", "authenticated"}) {
        const auto with = [&](const std::string &secrets) {
            return std::string(R"({"seal": ")").append(seal).append(R"(", "secrets": [)").append(secrets).append("]}");
        };
        Hosts hosts;
        hosts.add(4, with(R"("old")"));
        BOOST_TEST(hosts.meet());
        const auto since = hosts.net.now();
        // Each step is rolled out host by host, with a pause in the middle.
        for (const char *step : {R"("old", "new")", R"("new", "old")", R"("new")"}) {
            for (std::size_t i = 0; i < 4; ++i) {
                Host &host = hosts.all[i];
                BOOST_TEST(host->stop());
                host.harness = std::make_unique<PluginHarness>(
                    host.machine, kith_plugin_entry_strategy_gossip, "gossip", with(step),
                    kith::testkit::Identity{"t", "s" + std::to_string(i), "t/s" + std::to_string(i)});
                host->node(host.node);
                BOOST_TEST(host->start() == KITH_OK);
                hosts.net.run_for(i == 1 ? 600s : 10s);
                BOOST_TEST(hosts.all_see_all(), seal << ' ' << step << ", host " << i);
            }
        }
        if (seal == "libcluster")
            for (const Host &host : hosts.all) BOOST_TEST(host.lost(since) == 0u);
    }
}

BOOST_AUTO_TEST_CASE(a_replayed_authenticated_packet_is_refused) {
    record();
    add(authenticated);
    add(authenticated);
    BOOST_TEST(meet());
    net.run_for(30s);
    all[1].machine.vanish();
    net.run_for(17s);
    BOOST_TEST(all[0]->peers().empty());
    const auto recorded = packets;
    for (int i = 0; i < 20; ++i) {
        for (const auto &packet : recorded) inject(packet, "10.0.0.2");
        net.run_for(30s);
        BOOST_REQUIRE(all[0]->peers().empty());
    }
    BOOST_TEST(all[0].heard("replayed") >= 20 * recorded.size() / 2);

    // One who knows nothing of it yet believes what is not older than five minutes, and no more.
    const Host &late = add(authenticated);
    for (const auto &packet : recorded) inject(packet, "10.0.0.2");
    net.run_for(1s);
    BOOST_TEST(!late.sees("a@10.0.0.2"));
    BOOST_TEST(late.heard("late") > 0u);
}

BOOST_AUTO_TEST_CASE(a_replayed_packet_in_libclusters_form_is_accepted) { // the reason for the other one
    record();
    add(sealed);
    add(sealed);
    BOOST_TEST(meet());
    all[1].machine.vanish();
    net.run_for(1h);
    BOOST_TEST(all[0]->peers().empty());
    for (const auto &packet : std::vector(packets)) inject(packet, "10.0.0.66");
    net.run_for(1s);
    BOOST_TEST(all[0].sees("a@10.0.0.2"));
}

BOOST_AUTO_TEST_CASE(a_restarted_host_is_accepted_at_once) {
    add(2, authenticated);
    BOOST_TEST(meet());
    Host &again = all[1];
    for (int i = 0; i < 5; ++i) {
        again.machine.jump_wall(-1h); // the counter that is kept does not mind
        BOOST_TEST(again->stop());
        net.run_for(100ms);
        BOOST_TEST(!all[0].sees(again), "start " << i);
        again->destroy();
        BOOST_TEST(again->start() == KITH_OK);
        BOOST_TEST(net.run_until([&] { return all[0].sees(again); }, 50ms));
        net.run_for(50ms); // nothing is under way any more
    }
    BOOST_TEST(all[0].heard("replayed") == 0u);
}

BOOST_AUTO_TEST_CASE(a_restarted_host_without_a_state_dir_is_accepted_at_once_unless_its_clock_went_back) {
    add(authenticated);
    SimulatedMachine &here = machine();
    here.state_dir(false);
    Host &again = run(here, authenticated);
    BOOST_TEST(meet());
    BOOST_TEST(again->logged("the counter of authenticated heartbeats is not kept"));
    const auto restart = [&] {
        BOOST_TEST(again->stop());
        again->destroy();
        BOOST_TEST(again->start() == KITH_OK);
    };
    net.run_for(1min);
    restart();
    BOOST_TEST(net.run_until([&] { return all[0].sees(again); }, 50ms));
    here.jump_wall(-2min);
    restart();
    net.run_for(60s);
    BOOST_TEST(!all[0].sees(again));
    BOOST_TEST(net.run_until([&] { return all[0].sees(again); }, 11min));
}

// Full at the start, or unreadable: with room again the counter is kept without a restart, and never below what was kept before.
BOOST_AUTO_TEST_CASE(a_state_that_cannot_be_written_is_reported_once_and_tried_again) {
    add(authenticated);
    SimulatedMachine &here = machine();
    here.fail_state(KITH_IO);
    Host &again = run(here, authenticated);
    BOOST_TEST(meet());
    net.run_for(1min);
    const auto reported = [&](std::string_view message) {
        return std::count_if(again->log().begin(), again->log().end(),
                             [&](const auto &line) { return line.message.find(message) != std::string::npos; });
    };
    BOOST_TEST(reported("the counter of authenticated heartbeats is not kept") == 1);
    here.fail_state(KITH_OK);
    net.run_for(5s);
    BOOST_TEST(reported("the counter of authenticated heartbeats is kept again") == 1);

    for (const std::int32_t status : {KITH_OK, KITH_IO}) {
        here.jump_wall(-1h);
        BOOST_TEST(again->stop());
        again->destroy();
        here.fail_state(status); // cannot even be read at first
        BOOST_TEST(again->start() == KITH_OK);
        net.run_for(100ms);
        here.fail_state(KITH_OK);
        BOOST_TEST(net.run_until([&] { return all[0].sees(again); }, 5s));
    }
}

BOOST_AUTO_TEST_CASE(clock_jumps_lose_no_known_peer_and_are_logged_by_a_new_host) {
    add(3, authenticated);
    BOOST_TEST(meet());
    net.run_for(1min);
    const auto since = net.now();
    all[0].machine.jump_wall(24h);
    net.run_for(1h);
    all[0].machine.jump_wall(-48h);
    net.run_for(1h);
    for (const Host &host : all) BOOST_TEST(host.lost(since) == 0u);

    const Host &late = add(authenticated);
    net.run_for(1min);
    BOOST_TEST(late->peers().size() == 2u);
    BOOST_TEST(logged(late, "its clock and ours differ by more than 5 minutes"));
    all[0].machine.jump_wall(24h);
    BOOST_TEST(meet());
}

BOOST_AUTO_TEST_CASE(a_changed_or_truncated_packet_is_not_accepted) {
    record();
    add(authenticated);
    net.run_for(1s);
    const Host &victim = add(authenticated);
    net.run_for(1s);
    const auto before = victim->peers().size();
    const std::string whole = packets.at(0);
    for (std::size_t i = 0; i < whole.size(); ++i) {
        std::string changed = whole;
        changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 8)));
        inject(changed);
        inject(whole.substr(0, i));
    }
    inject(std::string(65'000, 'x'));
    net.run_for(1s);
    BOOST_TEST(victim.heard("foreign") == 2 * whole.size());
    BOOST_TEST(victim.heard("oversized") == 1u);
    BOOST_TEST(victim->peers().size() == before);
}

BOOST_AUTO_TEST_CASE(duplicated_and_reordered_authenticated_packets_lose_no_peer) {
    net.segment().duplicate(0.5);
    net.segment().reorder(0.5, 3s);
    add(4, authenticated);
    BOOST_TEST(meet());
    net.run_for(10min);
    const auto since = net.now();
    net.run_for(1h);
    for (const Host &host : all) BOOST_TEST(host.lost(since) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
