// SPDX-License-Identifier: MIT
//
// Everything through a proxy: plain requests by their whole URL, TLS through a tunnel. The real world alone.
#include "http_fixture.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

using namespace kith::test;

namespace {

// A proxy for one connection: reads a CONNECT, and tunnels to a port of loopback, wherever the client wanted to go.
class Tunnel {
  public:
    explicit Tunnel(std::uint16_t to, std::string answer = "HTTP/1.1 200 Connection established\r\n\r\n")
        : answer_(std::move(answer)), listener_(::socket(AF_INET, SOCK_STREAM, 0)), to_(to) {
        sockaddr_in here = at(0);
        socklen_t size = sizeof here;
        BOOST_REQUIRE(::bind(listener_, reinterpret_cast<sockaddr *>(&here), sizeof here) == 0);
        ::listen(listener_, 4);
        ::getsockname(listener_, reinterpret_cast<sockaddr *>(&here), &size);
        port = ntohs(here.sin_port);
        thread_ = std::thread([this] { run(); });
    }
    ~Tunnel() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }

    std::uint16_t port = 0;
    std::string asked; // to be read when it is over

  private:
    static sockaddr_in at(std::uint16_t number) {
        sockaddr_in out{};
        out.sin_family = AF_INET;
        out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        out.sin_port = htons(number);
        return out;
    }
    static bool pass(int from, int to) {
        char buffer[16384];
        const auto got = ::recv(from, buffer, sizeof buffer, 0);
        return got > 0 && ::send(to, buffer, static_cast<std::size_t>(got), MSG_NOSIGNAL) == got;
    }
    void run() {
        const int client = ::accept(listener_, nullptr, nullptr);
        if (client < 0) return;
        char byte = 0;
        while (asked.find("\r\n\r\n") == std::string::npos && ::recv(client, &byte, 1, 0) == 1) asked += byte;
        ::send(client, answer_.data(), answer_.size(), MSG_NOSIGNAL);
        const int server = ::socket(AF_INET, SOCK_STREAM, 0);
        const sockaddr_in there = at(to_);
        if (::connect(server, reinterpret_cast<const sockaddr *>(&there), sizeof there) == 0) {
            pollfd both[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
            while (::poll(both, 2, -1) > 0) {
                if (both[0].revents != 0 && !pass(client, server)) break;
                if (both[1].revents != 0 && !pass(server, client)) break;
            }
        }
        ::close(server);
        ::close(client);
    }

    std::string answer_;
    int listener_;
    std::uint16_t to_;
    std::thread thread_;
};

struct Proxied : HttpFixture<RealWorld> {
    using HttpFixture::HttpFixture;

    Completion through(std::uint16_t port, const std::string &where) {
        auto settings = HttpTenant::settings();
        const std::string proxy = "http://127.0.0.1:" + std::to_string(port);
        settings.proxy = str(proxy);
        client = open(settings);
        Completion done = await(tenant, tenant.request(client, {.url = where}));
        BOOST_TEST_MESSAGE(done.text);
        return done;
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(proxy)

BOOST_AUTO_TEST_CASE(plain_requests_go_to_the_proxy_by_their_whole_url) {
    Proxied web;
    web.site.server.route("http://registry.example/peers", HttpReply(200, "through"));
    const Completion head = web.through(web.site.server.port(), "http://registry.example/peers?x=1");
    BOOST_REQUIRE_MESSAGE(head.status == KITH_OK, head.text);
    BOOST_TEST(web.body(head.id).first == "through");
    BOOST_TEST(web.site.server.asked().at(0).target == "http://registry.example/peers?x=1");
    BOOST_TEST(web.site.server.asked().at(0).field("Host") == "registry.example");
}

BOOST_AUTO_TEST_CASE(tls_goes_through_a_tunnel) {
    Proxied web(Shows::other_name);
    web.site.server.route("/peers", HttpReply(200, "through"));
    Tunnel tunnel(web.site.server.port());
    const Completion head = web.through(tunnel.port, "https://registry.example/peers");
    BOOST_REQUIRE_MESSAGE(head.status == KITH_OK, head.text);
    BOOST_TEST(web.body(head.id).first == "through");
    BOOST_TEST(web.site.server.asked().at(0).target == "/peers");
    web.tenant.close_http(web.client);
}

BOOST_AUTO_TEST_CASE(a_refusal_of_the_proxy_is_reported) {
    Proxied web(Shows::good);
    {
        Tunnel tunnel(web.site.server.port(), "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
        const Completion head = web.through(tunnel.port, "https://registry.example/");
        BOOST_TEST(head.status == KITH_UNAVAILABLE);
        BOOST_TEST(head.text.find("the proxy answered 403") != std::string::npos);
    }
    {
        Tunnel tunnel(web.site.server.port(), "SSH-2.0-OpenSSH_9.2\r\n\r\n");
        BOOST_TEST(web.through(tunnel.port, "https://registry.example/").status == KITH_PROTOCOL);
    }
    const auto port = web.await(web.tenant, web.tenant.listen("127.0.0.1", 0));
    BOOST_TEST(web.tenant.close(port.id) == KITH_OK);
    const Completion nobody = web.through(static_cast<std::uint16_t>(port.port), "https://registry.example/");
    BOOST_TEST(nobody.status == KITH_REFUSED);
    BOOST_TEST(nobody.text.find("the proxy") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
