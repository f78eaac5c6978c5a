// SPDX-License-Identifier: MIT
#include "tls_client_fixture.hpp"

#include <host/api/transport/client_stream.hpp>

namespace kith::app::test {

namespace {

using Renewal = ServerCertificate::Renewal;

// The subject of the certificate that a new client gets.
std::string shown_by(ServerCertificate &certificate, const Authority &authority) {
    SocketPair sockets;
    ClientStream server(sockets.server, certificate.session());
    TlsTestClient client(sockets.client, authority.certificate());
    for (int i = 0; i < 10 && !client.secured(); ++i) {
        client.turn();
        server.handshake();
    }
    return client.secured() ? client.peer().chain.front().subject : client.failure();
}

// Why the files cannot be used.
std::string refusal(const core::ApiTlsFiles &files) {
    std::string why;
    BOOST_TEST((ServerCertificate::read(files, why) == nullptr));
    return why;
}

} // namespace

BOOST_AUTO_TEST_SUITE(server_certificate)

BOOST_AUTO_TEST_CASE(files_that_cannot_be_used_are_refused_with_the_option_the_path_and_the_reason) {
    CertificateFiles given;
    const std::string key = given.files.key, certificate = given.files.certificate;
    std::filesystem::remove(key);
    BOOST_TEST(refusal(given.files) == "tls.key cannot be read: " + key + ": No such file or directory");
    std::filesystem::remove(certificate);
    BOOST_TEST(refusal(given.files) == "tls.certificate cannot be read: " + certificate + ": No such file or directory");
    given.show({"nothing", "nothing"});
    BOOST_TEST(has(refusal(given.files), "tls.certificate, " + certificate + ": expected ours in PEM"), refusal(given.files));
    given.show({given.ours.sign("server", {"127.0.0.1"}).certificate, "nothing"});
    BOOST_TEST(has(refusal(given.files), "tls.key, " + key + ": expected a private key in PEM, not encrypted"),
               refusal(given.files));
    given.show({given.ours.sign("server", {"127.0.0.1"}).certificate, given.ours.sign("server", {"127.0.0.1"}).key});
    BOOST_TEST(has(refusal(given.files), "tls.key, " + key + " is not the one of tls.certificate, " + certificate),
               refusal(given.files));
    given.show(given.ours.sign("server", {"127.0.0.1"}));
    given.require_clients();
    for (const char *text : {"", "nothing"}) {
        CertificateFiles::write(given.files.client_authorities, text);
        BOOST_TEST(has(refusal(given.files), "tls.client_authorities, " + given.files.client_authorities +
                                                 ": expected certificates in PEM (-----BEGIN CERTIFICATE-----)"),
                   refusal(given.files));
    }
    given.show({"", ""});
    BOOST_TEST(!refusal(given.files).empty()); // empty files are no server without a certificate
}

BOOST_AUTO_TEST_CASE(changed_files_are_used_for_new_clients_and_the_former_ones_until_they_are_complete) {
    CertificateFiles given;
    const auto certificate = given.read();
    std::string why;
    BOOST_TEST((certificate->renew(why) == Renewal::unchanged));
    BOOST_TEST(shown_by(*certificate, given.ours) == "CN=server");

    const Identity next = given.ours.sign("renewed", {"127.0.0.1"});
    CertificateFiles::write(given.files.certificate, next.certificate); // the key comes a moment later
    BOOST_TEST((certificate->renew(why) == Renewal::failed));
    BOOST_TEST(has(why, "is not the one of tls.certificate"), why);
    BOOST_TEST(shown_by(*certificate, given.ours) == "CN=server");
    BOOST_TEST((certificate->renew(why) == Renewal::failed));
    CertificateFiles::write(given.files.key, next.key);
    BOOST_TEST((certificate->renew(why) == Renewal::renewed));
    BOOST_TEST(shown_by(*certificate, given.ours) == "CN=renewed");
    BOOST_TEST((certificate->renew(why) == Renewal::unchanged));

    std::filesystem::remove(given.files.certificate);
    BOOST_TEST((certificate->renew(why) == Renewal::failed));
    BOOST_TEST(has(why, "cannot be read"), why);
    BOOST_TEST(shown_by(*certificate, given.ours) == "CN=renewed");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::app::test
