// SPDX-License-Identifier: MIT
//
// kith.tcp/1 over loopback, in both worlds.
#include "tcp_fixture.hpp"

using namespace kith::test;

BOOST_AUTO_TEST_SUITE(tcp)

BOOST_AUTO_TEST_CASE_TEMPLATE(connect_accept_and_transfer_in_both_directions, Fixture, Fixtures) {
    TcpFixture<Fixture> net;
    BOOST_TEST(net.listening.data == "127.0.0.1");
    BOOST_TEST(net.listening.port != 0u);
    const auto accept = net.server.accept(net.listening.id);
    const Completion connected = net.await(net.client, net.client.connect("127.0.0.1", net.listening.port));
    BOOST_TEST(connected.data == "127.0.0.1");
    BOOST_TEST(connected.port == net.listening.port);
    const Completion accepted = net.await(net.server, accept);
    BOOST_TEST(accepted.data == "127.0.0.1");
    for (int i = 0; i < 3; ++i) {
        net.client.write(connected.id, "ping");
        BOOST_TEST(net.read_all(net.server, accepted.id, 4) == "ping");
        net.server.write(accepted.id, "pong");
        BOOST_TEST(net.read_all(net.client, connected.id, 4) == "pong");
        net.settle();
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_host_name_is_resolved, Fixture, Fixtures) {
    TcpFixture<Fixture> net;
    std::vector<std::uint64_t> many;
    for (int i = 0; i < 10; ++i) many.push_back(net.client.connect("localhost", net.listening.port));
    for (const auto op : many) {
        net.server.accept(net.listening.id);
        const Completion done = net.await(net.client, op);
        BOOST_TEST(done.status == KITH_OK, done.text);
        BOOST_TEST(done.data == "127.0.0.1");
        net.settle();
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(each_failure_of_connect_has_its_own_status, Fixture, Fixtures) {
    TcpFixture<Fixture> net;
    BOOST_TEST(net.connect_fails("nobody.invalid", 1) == KITH_UNRESOLVED);
    const auto port = net.await(net.server, net.server.listen("127.0.0.1", 0));
    BOOST_TEST(net.server.close(port.id) == KITH_OK);
    BOOST_TEST(net.connect_fails("127.0.0.1", port.port) == KITH_REFUSED);
    BOOST_TEST(net.connect_fails("localhost", port.port) == KITH_REFUSED);
    for (const auto &[name, number] :
         {std::pair<std::string_view, std::uint32_t>{"", 1}, {"127.0.0.1", 0}, {"127.0.0.1", 65'536}}) {
        BOOST_TEST(net.client.connect(name, number) == 0u);
        BOOST_TEST(net.client.refused == KITH_INVALID);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_unanswered_connect_ends_at_its_timeout, Fixture, Fixtures) {
    TcpFixture<Fixture> net;
    const auto full = net.await(net.server, net.server.listen("127.0.0.1", 0, 1));
    std::int32_t status = KITH_OK;
    for (int i = 0; i < 10 && status == KITH_OK; ++i) status = net.connect_fails("127.0.0.1", full.port, 50 * ms);
    BOOST_TEST(status == KITH_TIMED_OUT);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_cancelled_connect_leaves_nothing_behind, Fixture, Fixtures) {
    TcpFixture<Fixture> net;
    for (const char *name : {"127.0.0.1", "localhost"}) {
        const auto op = net.client.connect(name, net.listening.port);
        BOOST_TEST(net.client.cancel(op) == KITH_OK);
        BOOST_TEST(net.await(net.client, op).status == KITH_CANCELLED);
    }
    net.settle();
    const auto [ours, theirs] = net.pair();
    net.client.write(ours, "x");
    net.settle();
}

BOOST_AUTO_TEST_CASE_TEMPLATE(listen_failures, Fixture, Fixtures) {
    TcpFixture<Fixture> net;
    BOOST_TEST(net.await(net.server, net.server.listen("127.0.0.1", net.listening.port)).status == KITH_EXISTS);
    BOOST_TEST(net.await(net.server, net.server.listen("192.0.2.77", 1)).status == KITH_IO);
    BOOST_TEST(net.server.listen("no address", 1) == 0u);
    BOOST_TEST(net.server.refused == KITH_INVALID);
    BOOST_TEST(net.server.listen("127.0.0.1", 65'536) == 0u);
    BOOST_TEST(net.server.refused == KITH_INVALID);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_empty_address_listens_on_all_addresses, Fixture, Fixtures) {
    TcpFixture<Fixture> net;
    const auto all = net.await(net.server, net.server.listen("", 0));
    BOOST_TEST(all.status == KITH_OK);
    const auto accept = net.server.accept(all.id);
    BOOST_TEST(net.await(net.client, net.client.connect("127.0.0.1", all.port)).status == KITH_OK);
    BOOST_TEST(net.await(net.server, accept).data == "127.0.0.1"); // not ::ffff:127.0.0.1
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_accept_that_is_cancelled_loses_no_connection, Fixture, Fixtures) {
    TcpFixture<Fixture> net;
    const auto first = net.server.accept(net.listening.id);
    BOOST_TEST(net.server.accept(net.listening.id) == 0u);
    BOOST_TEST(net.server.refused == KITH_BUSY);
    net.server.cancel(first);
    BOOST_TEST(net.await(net.server, first).status == KITH_CANCELLED);
    const auto stream = net.await(net.client, net.client.connect("127.0.0.1", net.listening.port)).id;
    net.settle();
    const Completion second = net.await(net.server, net.server.accept(net.listening.id));
    BOOST_TEST(second.status == KITH_OK);
    net.client.write(stream, "here");
    BOOST_TEST(net.read_all(net.server, second.id, 4) == "here");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_read_returns_at_most_the_requested_bytes, Fixture, Fixtures) {
    TcpFixture<Fixture> net;
    const auto [ours, theirs] = net.pair();
    net.await(net.server, net.server.write(theirs, "0123456789"));
    net.settle();
    BOOST_TEST(net.await(net.client, net.client.read(ours, 1)).data == "0");
    std::string out;
    while (out.size() < 9) {
        const Completion done = net.await(net.client, net.client.read(ours, 4));
        BOOST_REQUIRE(!done.data.empty());
        BOOST_TEST(done.data.size() <= 4u);
        out += done.data;
    }
    BOOST_TEST(out == "123456789");
    BOOST_TEST(net.client.read(ours, 0) == 0u);
    BOOST_TEST(net.client.refused == KITH_INVALID);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_cancelled_or_timed_out_read_loses_no_byte, Fixture, Fixtures) {
    TcpFixture<Fixture> net;
    const auto [ours, theirs] = net.pair();
    std::string sent, got;
    for (int i = 0; i < 40; ++i) {
        const std::string bytes = "message " + std::to_string(i) + ';';
        sent += bytes;
        const auto read = net.client.read(ours, 5, i % 3 == 0 ? 1 * ms : 0);
        if (i % 2 == 0) net.await(net.server, net.server.write(theirs, bytes));
        if (i % 3 != 0) net.client.cancel(read);
        const Completion done = net.await(net.client, read);
        if (done.status == KITH_OK) got += done.data;
        if (i % 2 == 1) net.await(net.server, net.server.write(theirs, bytes));
    }
    BOOST_TEST(got + net.read_all(net.client, ours, sent.size() - got.size()) == sent);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_read_ends_at_its_timeout, Fixture, Fixtures) {
    TcpFixture<Fixture> net;
    const auto [ours, theirs] = net.pair();
    const auto *clock = net.client.template table<kith_clock_host>(KITH_CLOCK);
    const auto begin = clock->monotonic(&net.client.host);
    BOOST_TEST(net.await(net.client, net.client.read(ours, 9, 20 * ms)).status == KITH_TIMED_OUT);
    BOOST_TEST(clock->monotonic(&net.client.host) - begin >= 20 * ms);
    // A time that is not over does not come back upon a later read.
    const auto quick = net.client.read(ours, 9, 30 * ms);
    net.server.write(theirs, "quick");
    BOOST_TEST(net.await(net.client, quick).status == KITH_OK);
    const auto slow = net.client.read(ours, 9);
    net.await(net.client, net.client.timer(60 * ms));
    BOOST_TEST(net.client.of(slow) == nullptr);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(one_read_and_one_write_at_a_time_until_they_have_completed, Fixture, Fixtures) {
    TcpFixture<Fixture> net;
    const auto [ours, theirs] = net.pair();
    const auto read = net.client.read(ours);
    BOOST_TEST(net.client.read(ours) == 0u);
    BOOST_TEST(net.client.refused == KITH_BUSY);
    const auto write = net.client.write(ours, "a");
    BOOST_TEST(net.client.write(ours, "b") == 0u);
    BOOST_TEST(net.client.refused == KITH_BUSY);
    net.client.cancel(read);
    BOOST_TEST(net.client.read(ours) == 0u);
    BOOST_TEST(net.client.refused == KITH_BUSY);
    BOOST_TEST(net.await(net.client, read).status == KITH_CANCELLED);
    BOOST_TEST(net.await(net.client, write).status == KITH_OK);
    BOOST_TEST(net.client.read(ours) != 0u);
    BOOST_TEST(net.client.write(ours, "") != 0u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_slow_reader_blocks_the_writer_and_gets_every_byte, Fixture, Fixtures) {
    TcpFixture<Fixture> net;
    const auto [ours, theirs] = net.pair();
    std::string sent(KITH_TCP_MAX_WRITE, '\0');
    for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i * 31 >> 5U);
    const auto write = net.client.write(ours, sent);
    net.settle();
    BOOST_TEST(net.client.of(write) == nullptr); // the completion is the back-pressure
    std::string got;
    got.reserve(sent.size());
    while (got.size() < sent.size()) {
        const Completion done = net.await(net.server, net.server.read(theirs, KITH_TCP_MAX_READ));
        BOOST_REQUIRE(done.status == KITH_OK);
        got += done.data;
        net.server.done.clear();
    }
    BOOST_TEST((got == sent));
    BOOST_TEST(net.await(net.client, write).status == KITH_OK);
    BOOST_TEST(net.client.write(ours, sent + '.') == 0u);
    BOOST_TEST(net.client.refused == KITH_LIMIT);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_write_ends_at_its_timeout_and_on_cancel, Fixture, Fixtures) {
    TcpFixture<Fixture> net;
    const auto [ours, theirs] = net.pair();
    const std::string much(KITH_TCP_MAX_WRITE, 'x');
    BOOST_TEST(net.await(net.client, net.client.write(ours, much, 20 * ms)).status == KITH_TIMED_OUT);
    const auto write = net.client.write(ours, much);
    BOOST_TEST(net.client.shutdown(ours) == KITH_BUSY); // it would cut off what is still to go
    net.client.cancel(write);
    BOOST_TEST(net.await(net.client, write).status == KITH_CANCELLED);
    BOOST_TEST(net.client.close(ours) == KITH_OK);
    static_cast<void>(theirs);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(after_shutdown_data_of_the_other_side_still_arrives, Fixture, Fixtures) {
    TcpFixture<Fixture> net;
    const auto [ours, theirs] = net.pair();
    net.await(net.client, net.client.write(ours, "question"));
    BOOST_TEST(net.client.shutdown(ours) == KITH_OK);
    BOOST_TEST(net.client.write(ours, "more") == 0u);
    BOOST_TEST(net.client.refused == KITH_INVALID);
    BOOST_TEST(net.read_all(net.server, theirs, 8) == "question");
    for (int i = 0; i < 3; ++i) BOOST_TEST(net.await(net.server, net.server.read(theirs)).status == KITH_CLOSED);
    net.await(net.server, net.server.write(theirs, "answer"));
    BOOST_TEST(net.read_all(net.client, ours, 6) == "answer");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_write_to_a_closed_peer_resets_the_stream, Fixture, Fixtures) {
    TcpFixture<Fixture> net;
    const auto [ours, theirs] = net.pair();
    BOOST_TEST(net.server.close(theirs) == KITH_OK);
    BOOST_TEST(net.await(net.client, net.client.read(ours)).status == KITH_CLOSED);
    BOOST_TEST(net.await(net.client, net.client.write(ours, "x")).status == KITH_OK);
    net.settle();
    BOOST_TEST(net.await(net.client, net.client.write(ours, "y")).status == KITH_RESET);
    BOOST_TEST(net.await(net.client, net.client.write(ours, "z")).status == KITH_RESET);
    BOOST_TEST(net.await(net.client, net.client.read(ours)).status == KITH_RESET);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(close_cancels_outstanding_operations_and_the_id_is_stale, Fixture, Fixtures) {
    TcpFixture<Fixture> net;
    const auto [ours, theirs] = net.pair();
    const auto read = net.client.read(ours);
    const auto write = net.client.write(ours, std::string(KITH_TCP_MAX_WRITE, 'x'));
    const auto accept = net.server.accept(net.listening.id);
    BOOST_TEST(net.client.close(ours) == KITH_OK);
    BOOST_TEST(net.server.close(net.listening.id) == KITH_OK);
    BOOST_TEST(net.client.done.size() == 1u); // connected
    for (const auto op : {read, write}) BOOST_TEST(net.await(net.client, op).status == KITH_CANCELLED);
    BOOST_TEST(net.await(net.server, accept).status == KITH_CANCELLED);
    BOOST_TEST(net.client.close(ours) == KITH_STALE);
    BOOST_TEST(net.client.shutdown(ours) == KITH_STALE);
    for (const auto op : {net.client.read(ours), net.client.write(ours, "x"), net.client.accept(net.listening.id)}) {
        BOOST_TEST(op == 0u);
        BOOST_TEST(net.client.refused == KITH_STALE);
    }
    static_cast<void>(theirs);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_stream_belongs_to_its_tenant_and_a_listener_is_no_stream, Fixture, Fixtures) {
    TcpFixture<Fixture> net;
    const auto [ours, theirs] = net.pair();
    BOOST_TEST(net.server.read(ours) == 0u);
    BOOST_TEST(net.server.refused == KITH_STALE);
    BOOST_TEST(net.server.close(ours) == KITH_STALE);
    BOOST_TEST(net.server.read(net.listening.id) == 0u);
    BOOST_TEST(net.server.refused == KITH_INVALID);
    BOOST_TEST(net.server.accept(theirs) == 0u);
    BOOST_TEST(net.server.refused == KITH_INVALID);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(closing_a_tenant_closes_its_streams_and_listeners, Fixture, Fixtures) {
    TcpFixture<Fixture> net;
    const auto [ours, theirs] = net.pair();
    net.server.leave_world();
    BOOST_TEST(net.await(net.client, net.client.read(ours)).status == KITH_CLOSED);
    BOOST_TEST(net.connect_fails("127.0.0.1", net.listening.port) == KITH_REFUSED);
    static_cast<void>(theirs);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(cancel_all_leaves_streams_open, Fixture, Fixtures) {
    TcpFixture<Fixture> net;
    const auto [ours, theirs] = net.pair();
    const auto read = net.client.read(ours);
    net.world().cancel_all(net.client.host);
    BOOST_TEST(net.await(net.client, read).status == KITH_CANCELLED);
    BOOST_TEST(net.await(net.client, net.client.write(ours, "farewell")).status == KITH_OK);
    BOOST_TEST(net.read_all(net.server, theirs, 8) == "farewell");
}

BOOST_AUTO_TEST_SUITE_END()
