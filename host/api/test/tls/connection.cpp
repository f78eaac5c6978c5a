// SPDX-License-Identifier: MIT
//
// A client of the API in TLS: requests, answers, bounds.
#include <host/api/errors.hpp>
#include <host/api/transport/client_pool.hpp>

#include "tls_client_fixture.hpp"

#include <functional>
#include <vector>

namespace kith::app::test {

namespace {

// Answers with the target, as often as the target asks for, or with what a fault is answered with.
struct EndlessStream final : ApiStream {
    bool fill(std::string &, std::size_t) override { return true; }
    std::string_view heartbeat() const override { return {}; }
    bool endless() const override { return true; }
    void on_ready(std::function<void()>) override {}
};

struct EchoHandler final : ApiHandler {
    std::size_t times = 1;
    ApiAnswer answer(const ApiRequest &request) override {
        ApiAnswer out;
        for (std::size_t i = 0; i < times; ++i) out.body += request.target;
        if (request.target == "/stream") out.stream = std::make_unique<EndlessStream>();
        return out;
    }
    ApiAnswer refusal(ApiFault fault) override { return fault_answer(fault); }
    std::size_t body_limit(const ApiRequest &) const override { return limit; }
    std::size_t limit = 65'536;
};

struct TlsConnection {
    boost::asio::io_context io{1};
    EchoHandler handler;
    ApiLimits limits;
    ConnectionShare share{handler, limits};
    std::vector<std::string> failures;
    CertificateFiles files;
    std::unique_ptr<ServerCertificate> certificate = files.read();
    SocketPair sockets;
    std::shared_ptr<ApiConnection> connection;
    TlsTestClient client{sockets.client, files.ours.certificate()};

    TlsConnection() {
        share.handshake_failed = [this](const std::string &peer, const std::string &why) {
            failures.push_back(peer + ": " + why);
        };
        ApiConnection::Socket socket(io);
        socket.assign({AF_UNIX, 0}, std::exchange(sockets.server, -1));
        connection = std::make_shared<ApiConnection>(std::move(socket), ClientRights{Right::read}, nullptr,
                                                     ApiTls{certificate->session(), "10.0.0.9:1234"}, share);
    }
    ~TlsConnection() { connection->close(); }

    void turn(std::size_t most = 65'536) {
        client.turn(most);
        io.poll();
        io.restart();
    }
    bool until(const std::function<bool()> &what, std::size_t most = 65'536) {
        for (int i = 0; i < 50'000 && !what(); ++i) turn(most);
        return what();
    }
    bool received(std::string_view text) {
        return until([&] { return client.received().find(text) != std::string::npos; });
    }
    std::string raw() {
        std::string text(65'536, '\0');
        const ssize_t got = ::recv(sockets.client, text.data(), text.size(), MSG_DONTWAIT);
        text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return text;
    }
};

std::string get(const std::string &target) { return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n"; }

} // namespace

BOOST_AUTO_TEST_SUITE(tls_connection)

// All of them are in one record: nothing in the kernel announces the later ones.
BOOST_AUTO_TEST_CASE(requests_one_behind_the_other_are_all_answered) {
    TlsConnection it;
    it.connection->start();
    it.client.send(get("/first") + get("/second") + get("/third"));
    BOOST_TEST(it.received("\r\n\r\n/third"));
    BOOST_TEST(it.client.received().find("\r\n\r\n/first") != std::string::npos);
    it.client.send(get("/fourth"));
    BOOST_TEST(it.received("\r\n\r\n/fourth"));
    it.client.send("GET /last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    BOOST_TEST(it.until([&] { return it.client.ended(); }));
    BOOST_TEST(it.client.received().ends_with("\r\n\r\n/last"));
    BOOST_TEST(it.failures.empty());
}

BOOST_AUTO_TEST_CASE(a_large_answer_to_a_slow_client) {
    TlsConnection it;
    it.handler.times = 100'000;
    it.connection->start();
    it.client.send(get("/abcdefghi"));
    const auto complete = [&] { return it.client.received().size() > 1'000'000; };
    BOOST_TEST(it.until(complete, 3'000));
    it.handler.times = 1;
    it.client.send(get("/next"));
    BOOST_TEST(it.received("\r\n\r\n/next"));
}

BOOST_AUTO_TEST_CASE(a_request_without_tls_is_told_so) {
    TlsConnection it;
    it.connection->start();
    const std::string request = get("/");
    BOOST_TEST(::send(it.sockets.client, request.data(), request.size(), 0) == static_cast<ssize_t>(request.size()));
    it.io.poll();
    const std::string answer = it.raw();
    BOOST_TEST(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), answer);
    BOOST_TEST(answer.find("\"tls_required\"") != std::string::npos, answer);
    BOOST_TEST(it.failures.empty());
}

BOOST_AUTO_TEST_CASE(a_client_too_many_is_refused_in_tls) {
    TlsConnection it;
    it.connection->refuse(ApiFault::too_many_clients);
    BOOST_TEST(!it.connection->waits()); // it makes room for nobody
    BOOST_TEST(it.received("\"too_many_clients\""));
    BOOST_TEST(it.client.received().starts_with("HTTP/1.1 429 "));
    BOOST_TEST(it.until([&] { return it.client.ended(); }));
}

BOOST_AUTO_TEST_CASE(a_handshake_has_the_time_of_a_request) {
    TlsConnection it;
    it.connection->start();
    BOOST_TEST(it.connection->waits()); // it can make room for others
    it.client.turn(10);
    it.io.poll();
    it.connection->tick(ApiConnection::Clock::now() + it.limits.request - std::chrono::seconds(1));
    BOOST_TEST(it.connection->open());
    it.connection->tick(ApiConnection::Clock::now() + it.limits.request + std::chrono::seconds(1));
    BOOST_TEST(!it.connection->open());
}

BOOST_AUTO_TEST_CASE(a_failed_handshake_is_reported_and_its_alert_arrives) {
    TlsConnection it;
    it.connection->start();
    const std::string hello("\x16\x03\x01\x00\x05hello", 10);
    BOOST_TEST(::send(it.sockets.client, hello.data(), 10, 0) == 10);
    it.io.poll();
    BOOST_TEST_REQUIRE(it.failures.size() == 1U);
    BOOST_TEST(it.failures.front().starts_with("10.0.0.9:1234: "), it.failures.front());
    const std::string alert = it.raw();
    BOOST_TEST(alert.size() == 7U);
    BOOST_TEST(alert.front() == 0x15);
    it.connection->tick(ApiConnection::Clock::now() + std::chrono::seconds(3));
    BOOST_TEST(!it.connection->open());
}

BOOST_AUTO_TEST_CASE(retired_clients_end_by_the_end_of_tls) {
    TlsConnection it;
    it.connection->start();
    it.client.send(get("/first"));
    BOOST_TEST(it.received("/first"));
    it.connection->retire();
    BOOST_TEST(it.until([&] { return it.client.closed(); }));
    BOOST_TEST(it.client.ended());
}

BOOST_AUTO_TEST_CASE(a_client_whose_stream_has_ended_is_retired_again) {
    TlsConnection it;
    it.connection->start();
    it.client.send(get("/stream"));
    BOOST_TEST(it.received("HTTP/1.1 200"));
    it.connection->close();
    it.connection->retire();
    BOOST_TEST(!it.connection->open());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::app::test
