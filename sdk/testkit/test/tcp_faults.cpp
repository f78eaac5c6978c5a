// SPDX-License-Identifier: MIT
//
// Faults of simulated TCP: partitions, resets, machines without power, interfaces that go down.
#include "tcp_fixture.hpp"

using namespace kith::testkit;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(tcp_faults, TcpFixture)

BOOST_AUTO_TEST_CASE(a_connect_to_an_unresponsive_machine_ends_at_the_timeout_or_the_kernel_limit) {
    ScriptedServer peer(there, 1);
    there.vanish();
    const auto [status, took] = fails("there.example", 1, 3 * second);
    BOOST_TEST(status == KITH_TIMED_OUT);
    BOOST_TEST((took == 3s));
    const auto [later, long_time] = fails("there.example", 1);
    BOOST_TEST(later == KITH_TIMED_OUT);
    BOOST_TEST((long_time > 120s && long_time < 130s));
}

BOOST_AUTO_TEST_CASE(a_partition_that_heals_lets_the_connect_through) {
    ScriptedServer peer(there, 1);
    net.partition(here, there);
    const auto op = client.connect("there.example", 1, 60 * second);
    net.run_for(5s);
    BOOST_TEST(client.of(op) == nullptr);
    net.heal(here, there);
    BOOST_TEST(client.await(op).status == KITH_OK);
}

BOOST_AUTO_TEST_CASE(a_reset_breaks_reads_and_writes) {
    ScriptedServer peer(there, 1);
    peer.script().wait(1s).reset();
    const auto stream = client.connected("there.example", 1);
    BOOST_TEST(client.await(client.read(stream)).status == KITH_RESET);
    BOOST_TEST(client.await(client.write(stream, "x")).status == KITH_RESET);
}

BOOST_AUTO_TEST_CASE(a_half_open_connection_is_reset_by_the_next_write) {
    // Accepts, and sends nothing.
    ScriptedServer unresponsive(there, 1);
    const auto quiet = client.connected("there.example", 1);
    BOOST_TEST(client.await(client.read(quiet, 10, 5 * second)).status == KITH_TIMED_OUT);
    // Is gone without a word.
    ScriptedServer gone(there, 2);
    gone.script().expect("hello").vanish();
    const auto stream = client.connected("there.example", 2);
    client.await(client.write(stream, "hello"));
    net.run_for(10s);
    BOOST_TEST(client.await(client.write(stream, "still there?")).status == KITH_OK);
    BOOST_TEST(client.await(client.read(stream, 10, 60 * second)).status == KITH_TIMED_OUT);
    // The kernel gives up after a quarter of an hour.
    BOOST_TEST(client.await(client.read(stream)).status == KITH_RESET);
    BOOST_TEST((net.now() > 900s));
}

BOOST_AUTO_TEST_CASE(a_machine_that_lost_power_answers_with_resets_when_it_is_back) {
    ScriptedServer peer(there, 1);
    const auto stream = client.connected("there.example", 1);
    there.vanish();
    client.await(client.write(stream, "x"));
    const auto read = client.read(stream);
    net.run_for(20s);
    BOOST_TEST(client.of(read) == nullptr);
    there.come_back();
    BOOST_TEST(client.await(read).status == KITH_RESET);
    BOOST_TEST(fails("there.example", 1).first == KITH_REFUSED);
}

BOOST_AUTO_TEST_CASE(a_partition_holds_bytes_back_until_it_heals) {
    ScriptedServer peer(there, 1);
    const auto stream = client.connected("there.example", 1);
    net.partition(here, there);
    BOOST_TEST(client.await(client.write(stream, "patience")).status == KITH_OK);
    net.run_for(60s);
    BOOST_TEST(peer.conversation(1).all().empty());
    net.heal(here, there);
    net.run_for(1s);
    BOOST_TEST(peer.conversation(1).all() == "patience");
    net.partition(here, there);
    client.await(client.write(stream, "lost"));
    BOOST_TEST(client.await(client.read(stream)).status == KITH_RESET);
}

BOOST_AUTO_TEST_CASE(connections_can_be_broken_from_outside) {
    ScriptedServer peer(there, 1);
    const auto stream = client.connected("there.example", 1);
    const auto read = client.read(stream);
    net.reset_connections(here, there);
    BOOST_TEST(client.await(read).status == KITH_RESET);
    net.run_for(1s);
    BOOST_TEST(peer.conversation(1).broken() == KITH_RESET);
}

BOOST_AUTO_TEST_CASE(without_descriptors_nothing_opens) {
    ScriptedServer peer(there, 1);
    here.descriptors(1);
    BOOST_TEST(client.await(client.connect("there.example", 1)).status == KITH_OK);
    BOOST_TEST(client.await(client.connect("there.example", 1)).status == KITH_LIMIT);
}

BOOST_AUTO_TEST_CASE(streams_stall_while_an_interface_is_down) {
    MachineTenant server(there, "server");
    const auto listener = server.await(server.listen("", 80)).id;
    const auto stream = client.connected("there.example", 80);
    const auto accepted = server.await(server.accept(listener)).id;
    here.interface().down();
    BOOST_TEST(fails("there.example", 80).first == KITH_UNREACHABLE);
    server.write(accepted, "late");
    net.run_for(1min);
    const auto read = client.read(stream);
    net.run_for(1min);
    BOOST_TEST(client.of(read) == nullptr);
    here.interface().up();
    BOOST_TEST(client.await(read).data == "late");
}

BOOST_AUTO_TEST_CASE(a_stream_from_a_removed_address_never_continues) {
    MachineTenant server(there, "server");
    const auto listener = server.await(server.listen("", 80)).id;
    const auto stream = client.connected("there.example", 80);
    const auto accepted = server.await(server.accept(listener)).id;
    here.interface().come_back({"10.0.0.9"});
    server.write(accepted, "lost");
    BOOST_TEST(client.await(client.read(stream, 9, 600 * second)).status == KITH_TIMED_OUT);
    net.run_for(1h);
    BOOST_TEST(server.await(server.read(accepted)).status == KITH_RESET);
    const auto again = client.connected("there.example", 80);
    const Completion from = server.await(server.accept(listener));
    BOOST_TEST(from.data == "10.0.0.9");
    client.write(again, "x");
    BOOST_TEST(server.read_all(from.id, 1) == "x");
}

BOOST_AUTO_TEST_CASE(segments_without_a_router_are_separate) {
    NetworkSegment &far = net.segment("far");
    there.interface().remove();
    there.plug("eth1", far, {"10.1.0.2"});
    ScriptedServer peer(there, 80);
    BOOST_TEST(fails("10.1.0.2", 80, second).first == KITH_TIMED_OUT);
    net.connect(net.segment(), far);
    BOOST_TEST(client.connected("10.1.0.2", 80) != 0u);
}

BOOST_AUTO_TEST_SUITE_END()
