// SPDX-License-Identifier: MIT
#include <host/api/transport/client_stream.hpp>

#include "tls_client_fixture.hpp"

namespace kith::app::test {

namespace {

using Step = ClientStream::Step;

struct Secured {
    SocketPair sockets;
    std::unique_ptr<ServerCertificate> certificate;
    ClientStream server;
    TlsTestClient client;

    Secured(const CertificateFiles &files, const std::string &trusted, const Identity &identity = {})
        : certificate(files.read()),
          server(sockets.server, certificate->session()),
          client(sockets.client, trusted, identity) {}

    // `most` bytes in each direction between two looks of the server.
    Step shake(std::size_t most = 65'536) {
        Step step = Step::wait_read;
        for (int i = 0; i < 100'000 && (step == Step::wait_read || step == Step::wait_write); ++i) {
            client.turn(most);
            step = server.handshake();
        }
        for (int i = 0; i < 3; ++i) client.turn();
        return step;
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(client_stream)

BOOST_AUTO_TEST_CASE(a_handshake_and_a_request_in_single_bytes) {
    const CertificateFiles files;
    Secured pair(files, files.ours.certificate());
    BOOST_TEST((pair.shake(1) == Step::done));
    BOOST_TEST(pair.client.peer().verified);
    BOOST_TEST(pair.client.peer().version >= 0x0303U);
    pair.client.send("hello");
    std::string heard;
    while (heard.size() < 5) {
        pair.client.turn(1);
        char bytes[3]; // less than a record has
        std::size_t got = 0;
        const Step step = pair.server.read(bytes, sizeof bytes, got);
        BOOST_TEST_REQUIRE((step == Step::done || step == Step::wait_read));
        if (step != Step::done) continue;
        heard.append(bytes, got);
        BOOST_TEST(pair.server.has_buffered());
    }
    BOOST_TEST(heard == "hello");
    std::size_t got = 0;
    char byte = 0;
    BOOST_TEST((pair.server.read(&byte, 1, got) == Step::wait_read));
    BOOST_TEST(!pair.server.has_buffered());
}

BOOST_AUTO_TEST_CASE(a_megabyte_to_a_client_that_takes_it_slowly) {
    const CertificateFiles files;
    Secured pair(files, files.ours.certificate());
    BOOST_TEST_REQUIRE((pair.shake() == Step::done));
    std::string text;
    while (text.size() < 1'000'000) text += std::to_string(text.size()) + ' ';
    std::size_t done = 0;
    int waits = 0;
    while (done < text.size()) {
        std::size_t written = 0;
        const Step step = pair.server.write(std::string_view(text).substr(done), written);
        BOOST_TEST_REQUIRE((step == Step::done || step == Step::wait_write));
        done += written;
        if (step == Step::wait_write) {
            ++waits;
            BOOST_TEST(written == 0U);
            pair.client.turn(5'000);
        }
    }
    BOOST_TEST(waits > 10);
    pair.server.finish();
    for (int i = 0; i < 1'000 && !pair.client.closed(); ++i) pair.client.turn();
    BOOST_TEST((pair.client.received() == text));
    BOOST_TEST(pair.client.ended()); // no truncation
    BOOST_TEST(pair.server.sent() > text.size());
}

BOOST_AUTO_TEST_CASE(http_without_tls_is_recognised_by_its_first_byte) {
    const CertificateFiles files;
    Secured pair(files, files.ours.certificate());
    BOOST_TEST(::send(pair.sockets.client, "GET / HTTP/1.1\r\n", 16, 0) == 16);
    BOOST_TEST((pair.server.handshake() == Step::not_tls));
    std::size_t written = 0;
    BOOST_TEST((pair.server.write("no", written) == Step::done));
    char bytes[8];
    BOOST_TEST(::recv(pair.sockets.client, bytes, sizeof bytes, 0) == 2);
    BOOST_TEST(std::string(bytes, 2) == "no");
}

BOOST_AUTO_TEST_CASE(what_is_neither_fails_and_nothing_is_sent_in_the_clear) {
    const CertificateFiles files;
    for (const std::string &bytes : {std::string("\x16\x03\x01\xff\xff nonsense"), std::string("\x80\x2e\x01 an old SSL"),
                                     std::string(100, '\0'), std::string("\r\n\r\n")}) {
        Secured pair(files, files.ours.certificate());
        BOOST_TEST(::send(pair.sockets.client, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
        Step step = pair.server.handshake();
        if (step == Step::wait_read) { // it may have announced more
            ::shutdown(pair.sockets.client, SHUT_WR);
            step = pair.server.handshake();
            BOOST_TEST((step == Step::ended));
        } else {
            BOOST_TEST((step == Step::failed));
        }
        BOOST_TEST(!pair.server.failure().empty());
        std::size_t written = 0;
        BOOST_TEST((step == Step::ended || pair.server.write("secret", written) == Step::failed));
        BOOST_TEST(written == 0U);
    }
}

BOOST_AUTO_TEST_CASE(a_client_that_only_connects_is_no_failure) {
    const CertificateFiles files;
    Secured pair(files, files.ours.certificate());
    ::shutdown(pair.sockets.client, SHUT_WR);
    BOOST_TEST((pair.server.handshake() == Step::ended));
    BOOST_TEST(pair.server.failure() == "");
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_trust_us) {
    const CertificateFiles files;
    Secured pair(files, files.strange.certificate());
    BOOST_TEST((pair.shake() == Step::failed));
    BOOST_TEST(has(pair.server.failure(), "the client does not accept our certificate"), pair.server.failure());
    BOOST_TEST(pair.client.failed());
}

BOOST_AUTO_TEST_CASE(a_client_needs_a_certificate_of_a_configured_authority) {
    CertificateFiles files;
    files.require_clients();
    {
        Secured pair(files, files.ours.certificate(), files.ours.sign("scraper", {}));
        BOOST_TEST((pair.shake() == Step::done));
        BOOST_TEST(!pair.client.failed());
    }
    {
        Secured pair(files, files.ours.certificate());
        BOOST_TEST((pair.shake() == Step::failed));
        BOOST_TEST(pair.server.failure() == "the client has sent no certificate, and tls.client_authorities, " +
                                                files.files.client_authorities + " requires one");
        BOOST_TEST(pair.client.failed());
    }
    for (const Identity &wrong : {files.strange.sign("scraper", {}), files.ours.sign("scraper", {}, 0)}) {
        Secured pair(files, files.ours.certificate(), wrong);
        BOOST_TEST((pair.shake() == Step::failed));
        BOOST_TEST(has(pair.server.failure(), "the certificate CN=scraper of the client"), pair.server.failure());
        BOOST_TEST(pair.client.failed());
    }
}

BOOST_AUTO_TEST_CASE(a_stream_without_tls_is_done_at_once) {
    SocketPair sockets;
    ClientStream server(sockets.server, nullptr);
    BOOST_TEST(!server.has_tls());
    BOOST_TEST((server.handshake() == Step::done));
    std::size_t count = 0;
    char bytes[8];
    BOOST_TEST((server.read(bytes, sizeof bytes, count) == Step::wait_read));
    BOOST_TEST((server.write("hello", count) == Step::done));
    BOOST_TEST(count == 5U);
    BOOST_TEST(server.sent() == 5U);
    server.finish();
    BOOST_TEST(::recv(sockets.client, bytes, sizeof bytes, 0) == 5);
    BOOST_TEST(::recv(sockets.client, bytes, sizeof bytes, 0) == 0);
    ::shutdown(sockets.client, SHUT_WR);
    BOOST_TEST((server.read(bytes, sizeof bytes, count) == Step::ended));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::app::test
