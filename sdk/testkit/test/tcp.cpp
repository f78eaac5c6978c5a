// SPDX-License-Identifier: MIT
#include "tcp_fixture.hpp"

using namespace kith::testkit;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(tcp, TcpFixture)

BOOST_AUTO_TEST_CASE(connect_by_name_or_address_and_transfer_in_both_directions) {
    ScriptedServer peer(there, 4369);
    peer.script().expect("ping").send("pong").close();
    for (const std::string_view name : {"there.example", "10.0.0.2"}) {
        const Completion connected = client.await(client.connect(name, 4369));
        BOOST_TEST(connected.status == KITH_OK);
        BOOST_TEST(connected.data == "10.0.0.2");
        BOOST_TEST(connected.port == 4369u);
        BOOST_TEST(client.await(client.write(connected.id, "ping")).status == KITH_OK);
        BOOST_TEST(client.read_all(connected.id, 4) == "pong");
        BOOST_TEST(client.await(client.read(connected.id)).status == KITH_CLOSED);
        BOOST_TEST(client.await(client.read(connected.id)).status == KITH_CLOSED);
        BOOST_TEST(client.tcp()->close(&client.host, connected.id) == KITH_OK);
    }
    BOOST_TEST(peer.accepted() == 2u);
    BOOST_TEST(peer.failures().empty());
    BOOST_TEST(here.open_streams() == 0u);
}

BOOST_AUTO_TEST_CASE(failures_to_connect_have_their_own_status) {
    BOOST_TEST(fails("nobody.example", 1).first == KITH_UNRESOLVED);
    BOOST_TEST(fails("there.example", 1).first == KITH_REFUSED);
    BOOST_TEST(fails("10.9.9.9", 1).first == KITH_UNREACHABLE);
    BOOST_TEST(client.done.back().text == "tcp.connect to 10.9.9.9 port 1: there is no route there");
    net.partition(here, there, Route::unreachable);
    BOOST_TEST(fails("there.example", 1).first == KITH_UNREACHABLE);
    net.partition(here, there, Route::refused);
    BOOST_TEST(fails("there.example", 1).first == KITH_REFUSED);
    BOOST_TEST(client.connect("there.example", 0) == 0u);
    BOOST_TEST(client.refused == KITH_INVALID);
    BOOST_TEST(client.connect("", 1) == 0u);
    BOOST_TEST(client.refused == KITH_INVALID);
}

BOOST_AUTO_TEST_CASE(all_addresses_of_a_name_are_tried_in_order) {
    SimulatedMachine &second_machine = net.machine("second", {"10.0.0.3"});
    net.name("both.example", {"10.0.0.2", "10.9.9.9", "10.0.0.3"});
    ScriptedServer peer(second_machine, 80);
    const Completion done = client.await(client.connect("both.example", 80));
    BOOST_TEST(done.status == KITH_OK);
    BOOST_TEST(done.data == "10.0.0.3");
}

BOOST_AUTO_TEST_CASE(bytes_keep_their_order_and_come_in_pieces) {
    ScriptedServer peer(there, 1);
    std::string sent;
    peer.on_accept([&](Conversation &c) {
        for (int i = 0; i < 400; ++i) {
            sent += "line " + std::to_string(i) + ';';
            c.send("line " + std::to_string(i) + ';');
        }
    });
    const auto stream = client.connected("there.example", 1);
    BOOST_TEST(client.read_all(stream, sent.size()) == sent);
    BOOST_TEST(client.done.size() > 3u);
    BOOST_TEST(client.await(client.write(stream, "abc")).status == KITH_OK);
}

BOOST_AUTO_TEST_CASE(read_returns_at_most_the_requested_bytes) {
    ScriptedServer peer(there, 1);
    peer.script().send("0123456789");
    net.split(false);
    const auto stream = client.connected("there.example", 1);
    net.run_for(1s);
    BOOST_TEST(client.await(client.read(stream, 4)).data == "0123");
    BOOST_TEST(client.await(client.read(stream, 100)).data == "456789");
    BOOST_TEST(client.read(stream, 0) == 0u);
    BOOST_TEST(client.refused == KITH_INVALID);
}

BOOST_AUTO_TEST_CASE(a_timeout_leaves_the_stream_as_it_was) {
    ScriptedServer peer(there, 1);
    peer.script().wait(10s).send("late");
    const auto stream = client.connected("there.example", 1);
    const auto begin = net.now();
    BOOST_TEST(client.await(client.read(stream, 100, 2 * second)).status == KITH_TIMED_OUT);
    BOOST_TEST((net.now() - begin == 2s));
    BOOST_TEST(client.read_all(stream, 4) == "late");
}

BOOST_AUTO_TEST_CASE(one_read_and_one_write_at_a_time) {
    ScriptedServer peer(there, 1);
    const auto stream = client.connected("there.example", 1);
    const auto read = client.read(stream);
    BOOST_TEST(client.read(stream) == 0u);
    BOOST_TEST(client.refused == KITH_BUSY);
    client.write(stream, "a");
    BOOST_TEST(client.write(stream, "b") == 0u);
    BOOST_TEST(client.refused == KITH_BUSY);
    BOOST_TEST(here.cancel(client.host, read) == KITH_OK);
    BOOST_TEST(client.await(read).status == KITH_CANCELLED);
    BOOST_TEST(client.read(stream) != 0u);
}

BOOST_AUTO_TEST_CASE(a_peer_that_does_not_read_blocks_the_writer) {
    net.window(1000);
    ScriptedServer peer(there, 1);
    peer.accept(false);
    const auto stream = client.connected("there.example", 1);
    BOOST_TEST(client.await(client.write(stream, std::string(1000, 'a'))).status == KITH_OK);
    const auto held = client.write(stream, std::string(500, 'b'));
    net.run_for(30s);
    BOOST_TEST(client.of(held) == nullptr);
    peer.accept(true);
    BOOST_TEST(client.await(held).status == KITH_OK);
    net.run_for(1s);
    BOOST_TEST(peer.conversation(1).all().size() == 1500u);
    peer.conversation(1).stop_reading();
    client.await(client.write(stream, std::string(1000, 'c')));
    BOOST_TEST(client.await(client.write(stream, "d", second)).status == KITH_TIMED_OUT);
}

BOOST_AUTO_TEST_CASE(a_write_has_a_limit) {
    ScriptedServer peer(there, 1);
    const auto stream = client.connected("there.example", 1);
    BOOST_TEST(client.write(stream, std::string(KITH_TCP_MAX_WRITE + 1, 'a')) == 0u);
    BOOST_TEST(client.refused == KITH_LIMIT);
    BOOST_TEST(client.await(client.write(stream, std::string(KITH_TCP_MAX_WRITE, 'a'))).status == KITH_OK);
    BOOST_TEST(client.await(client.write(stream, "")).status == KITH_OK);
}

BOOST_AUTO_TEST_CASE(a_write_to_a_closed_peer_resets_the_connection) {
    ScriptedServer peer(there, 1);
    peer.script().close();
    const auto stream = client.connected("there.example", 1);
    BOOST_TEST(client.await(client.read(stream)).status == KITH_CLOSED);
    BOOST_TEST(client.await(client.write(stream, "x")).status == KITH_OK);
    net.run_for(1s);
    BOOST_TEST(client.await(client.write(stream, "y")).status == KITH_RESET);
}

BOOST_AUTO_TEST_CASE(after_shutdown_data_of_the_other_side_still_arrives) {
    ScriptedServer peer(there, 1);
    peer.script().expect("question").expect_end().send("answer").close();
    const auto stream = client.connected("there.example", 1);
    client.await(client.write(stream, "question"));
    BOOST_TEST(client.tcp()->shutdown(&client.host, stream) == KITH_OK);
    BOOST_TEST(client.write(stream, "more") == 0u);
    BOOST_TEST(client.read_all(stream, 6) == "answer");
    BOOST_TEST(peer.failures().empty());
}

BOOST_AUTO_TEST_CASE(close_cancels_outstanding_operations_and_the_id_is_stale) {
    ScriptedServer peer(there, 1);
    const auto stream = client.connected("there.example", 1);
    const auto read = client.read(stream);
    client.tcp()->close(&client.host, stream);
    BOOST_TEST(client.of(read) == nullptr);
    BOOST_TEST(client.await(read).status == KITH_CANCELLED);
    BOOST_TEST(client.tcp()->close(&client.host, stream) == KITH_STALE);
    BOOST_TEST(client.read(stream) == 0u);
    BOOST_TEST(client.refused == KITH_STALE);
    net.run_for(1s);
    BOOST_TEST(peer.conversation(1).ended());
    BOOST_TEST(peer.conversation(1).broken() == KITH_OK);
}

BOOST_AUTO_TEST_CASE(a_cancelled_connect_leaves_nothing_behind) {
    ScriptedServer peer(there, 1);
    for (const auto wait : {0ns, 1500000ns, 2500000ns, 3500000ns}) {
        const auto op = client.connect("10.0.0.2", 1);
        net.run_for(wait);
        here.cancel(client.host, op);
        if (const auto &done = client.await(op); done.status == KITH_OK) client.tcp()->close(&client.host, done.id);
        net.run_for(1s);
        BOOST_TEST(here.open_streams() == 0u);
    }
    for (std::size_t i = 1; i <= peer.accepted(); ++i) BOOST_TEST(peer.conversation(i).ended());
}

BOOST_AUTO_TEST_CASE(listen_and_accept) {
    MachineTenant server(there, "server");
    const Completion listening = server.await(server.listen("", 9000));
    BOOST_TEST(listening.status == KITH_OK);
    BOOST_TEST(listening.port == 9000u);
    const auto accept = server.accept(listening.id);
    BOOST_TEST(server.accept(listening.id) == 0u);
    BOOST_TEST(server.refused == KITH_BUSY);
    const auto stream = client.connected("there.example", 9000);
    const Completion accepted = server.await(accept);
    BOOST_TEST(accepted.status == KITH_OK);
    BOOST_TEST(accepted.data == "10.0.0.1");
    server.await(server.write(accepted.id, "welcome"));
    BOOST_TEST(client.read_all(stream, 7) == "welcome");
    BOOST_TEST(server.await(server.listen("", 9000)).status == KITH_EXISTS);
    BOOST_TEST(server.await(server.listen("10.0.0.77", 1)).status == KITH_IO);
    BOOST_TEST(server.listen("no address", 1) == 0u);
    BOOST_TEST(server.await(server.listen("10.0.0.2", 0)).port >= 49152u);
    BOOST_TEST(there.open_listeners() == 2u);
    there.close(server.host);
    BOOST_TEST(there.open_listeners() == 0u);
    BOOST_TEST(fails("there.example", 9000).first == KITH_REFUSED);
}

BOOST_AUTO_TEST_CASE(a_full_backlog_is_silent) {
    ScriptedServer peer(there, 1, "", 1);
    peer.accept(false);
    client.connected("there.example", 1);
    BOOST_TEST(fails("there.example", 1, 5 * second).first == KITH_TIMED_OUT);
    peer.accept(true);
    BOOST_TEST(client.await(client.connect("there.example", 1)).status == KITH_OK);
}

BOOST_AUTO_TEST_CASE(loopback_is_the_own_machine) {
    ScriptedServer mine(here, 4369, "127.0.0.1");
    BOOST_TEST(client.await(client.connect("localhost", 4369)).status == KITH_OK);
    BOOST_TEST(client.await(client.connect("127.0.0.1", 4369)).status == KITH_OK);
    BOOST_TEST(fails("10.0.0.1", 4369).first == KITH_REFUSED);
    MachineTenant elsewhere(there, "elsewhere");
    BOOST_TEST(elsewhere.await(elsewhere.connect("127.0.0.1", 4369)).status == KITH_REFUSED);
}

BOOST_AUTO_TEST_CASE(a_scripted_server_can_connect_and_reports_failures) {
    MachineTenant server(here, "server");
    const auto listener = server.await(server.listen("fd00::1", 5000)).id;
    ScriptedServer peer(there, 1);
    bool in = false;
    peer.dial("fd00::1", 5000, [&](Conversation &c) {
        in = true;
        c.send("hi");
    });
    const auto stream = server.await(server.accept(listener)).id;
    BOOST_TEST(server.read_all(stream, 2) == "hi");
    BOOST_TEST(in);
    peer.dial("10.0.0.1", 5001, [](Conversation &) {});
    net.run_for(1s);
    BOOST_TEST(peer.failures().size() == 1u);
    peer.script().expect("right");
    const auto wrong = client.connected("there.example", 1);
    client.await(client.write(wrong, "wrong"));
    BOOST_TEST(client.await(client.read(wrong)).status == KITH_RESET);
    BOOST_TEST(peer.failures().back() == "connection 2, step 1: expected \"right\", got \"wrong\"");
}

BOOST_AUTO_TEST_CASE(every_refusal_has_a_text) {
    static thread_local std::string said;
    client.host.error = [](const kith_host *, kith_str text) { said.assign(text.data, text.size); };
    const auto why = [&](std::int32_t status, std::uint64_t begun) {
        BOOST_TEST(begun == 0u);
        BOOST_TEST(client.refused == status);
        return std::exchange(said, {});
    };
    ScriptedServer peer(there, 1);
    const auto stream = client.connected("there.example", 1);
    client.read(stream);
    BOOST_TEST(why(KITH_BUSY, client.read(stream)) == "a read of this stream is outstanding already");
    BOOST_TEST(why(KITH_INVALID, client.connect("there.example", 65'536)) == "port 65536: expected at most 65535");
    BOOST_TEST(why(KITH_INVALID, client.listen("there", 1)) == "`there`: a numeric address is expected, or none");
    BOOST_TEST(why(KITH_INVALID, client.accept(stream)) == "a listener is expected");
    BOOST_TEST(why(KITH_STALE, client.write(stream + 2, "x")) == "a stream that is open is expected");
    BOOST_TEST(why(KITH_INVALID, client.read_file("")) == "a path is expected, without zero bytes");
    BOOST_TEST(why(KITH_LIMIT, client.save(std::string(70'000, 'x'))) == "the state of an instance has at most 65536 bytes");
    here.state_dir(false);
    BOOST_TEST(why(KITH_UNSUPPORTED, client.load()) == "no state_dir is configured");
    net.fail_call(1, KITH_LIMIT);
    BOOST_TEST(why(KITH_LIMIT, client.timer(1)) == "timer.start: it is over a limit on size or number");
    kith_str out{};
    BOOST_TEST(client.table<kith_env_host>(KITH_ENV)->get(&client.host, kith::test::str("HOME"), &out) == KITH_DENIED);
    BOOST_TEST(said == "the variable HOME is not declared in the descriptor's `env`");
}

BOOST_AUTO_TEST_SUITE_END()
