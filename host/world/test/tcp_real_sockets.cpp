// SPDX-License-Identifier: MIT
//
// kith.tcp/1 in the real world: socket options, resets, the limit of descriptors.
#include "tcp_fixture.hpp"

#include <tests/sanitizers.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace kith::test;

BOOST_FIXTURE_TEST_SUITE(real_tcp, TcpFixture<RealWorld>)

BOOST_AUTO_TEST_CASE(a_reset_is_reported_to_reader_and_writer) {
    const int raw = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(static_cast<std::uint16_t>(listening.port));
    BOOST_REQUIRE(::connect(raw, reinterpret_cast<sockaddr *>(&to), sizeof to) == 0);
    const auto stream = await(server, server.accept(listening.id)).id;
    const auto read = server.read(stream);
    settle();
    const linger now{1, 0};
    ::setsockopt(raw, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(raw);
    const Completion done = await(server, read);
    BOOST_TEST(done.status == KITH_RESET);
    BOOST_TEST(done.text.find("127.0.0.1") != std::string::npos);
    BOOST_TEST(await(server, server.write(stream, "x")).status == KITH_RESET);
    BOOST_TEST(await(server, server.read(stream)).status == KITH_RESET);
}

BOOST_AUTO_TEST_CASE(an_interface_that_does_not_exist_is_named) {
    const Completion connected = await(client, client.connect("fe80::1%nope0", 1));
    BOOST_TEST(connected.status == KITH_UNREACHABLE);
    BOOST_TEST(connected.text == "fe80::1%nope0 port 1: there is no network interface `nope0`");
    const Completion opened = await(server, server.listen("fe80::1%nope0", 0));
    BOOST_TEST(opened.status != KITH_OK);
    BOOST_TEST(opened.text == "listen on fe80::1%nope0 port 0: there is no network interface `nope0`");
}

BOOST_AUTO_TEST_CASE(nagle_is_off_and_no_socket_is_inherited) {
    pair();
    int sockets = 0;
    for (int fd = 3; fd < 256; ++fd) {
        int kind = 0, off = 0, listening_socket = 0;
        socklen_t size = sizeof(int);
        if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &kind, &size) != 0 || kind != SOCK_STREAM) continue;
        ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening_socket, &size);
        ::getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &off, &size);
        BOOST_TEST((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0, "descriptor " << fd);
        if (listening_socket != 0) continue;
        BOOST_TEST(off != 0, "descriptor " << fd);
        ++sockets;
    }
    BOOST_TEST(sockets == 2);
}

#if !KITH_ADDRESS_SANITIZER // its companion, the undefined behaviour sanitizer, needs a descriptor to look at a vtable
BOOST_AUTO_TEST_CASE(without_free_descriptors_opens_fail_without_a_busy_loop) {
    const auto waiting = client.connect("127.0.0.1", listening.port);
    await(client, waiting);
    settle();
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const int lowest = ::fcntl(0, F_DUPFD, 0);
    ::close(lowest);
    rlimit none = before;
    none.rlim_cur = static_cast<rlim_t>(lowest);
    BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    const std::int32_t connect = connect_fails("127.0.0.1", listening.port);
    const std::int32_t listen = await(server, server.listen("127.0.0.1", 0)).status;
    const std::int32_t accept = await(server, server.accept(listening.id)).status;
    const std::int32_t file = await(server, server.read_file("/proc/self/status")).status;
    ::setrlimit(RLIMIT_NOFILE, &before);
    BOOST_TEST(connect == KITH_LIMIT);
    BOOST_TEST(listen == KITH_LIMIT);
    BOOST_TEST(accept == KITH_LIMIT);
    BOOST_TEST(file == KITH_LIMIT);
    BOOST_TEST(await(server, server.accept(listening.id)).status == KITH_OK); // it was not lost
}
#endif

BOOST_AUTO_TEST_CASE(the_world_may_end_with_streams_open) {
    const auto [ours, theirs] = pair();
    client.read(ours);
    server.write(theirs, std::string(KITH_TCP_MAX_WRITE, 'x'));
    server.accept(listening.id);
    client.connect("localhost", listening.port);
    client.leave_world();
    server.leave_world();
    end_world();
    io.poll();
}

BOOST_AUTO_TEST_SUITE_END()
