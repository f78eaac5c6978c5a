// SPDX-License-Identifier: MIT
//
// A TLS server and a client, in each world.
#pragma once

#include "tls_test_server.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace kith::test {

template <class Fixture>
struct TlsFixture : Fixture {
    explicit TlsFixture(Talks how = Talks::tls, const Identity &shown = papers().good)
        : server(TlsSite<Fixture>::serve(*this, shown, how)) {
        this->put("ca.pem", papers().ours);
        show(papers().client);
    }
    static const TlsCertificates &papers() { return TlsSite<Fixture>::papers(); }
    void show(const Identity &identity) {
        this->put("cert.pem", identity.certificate);
        this->put("key.pem", identity.key);
    }
    Completion try_open(const kith::tls_settings &with) {
        Completion done = this->await(tenant, tenant.open(with));
        BOOST_TEST_MESSAGE(done.text);
        return done;
    }
    std::uint64_t open(const kith::tls_settings &with) {
        const Completion done = try_open(with);
        BOOST_REQUIRE_MESSAGE(done.status == KITH_OK, done.text);
        return done.id;
    }
    /// Trusts `ours`, and has no certificate.
    std::uint64_t trusting() { return open({.authorities_file = ca}); }
    /// The same, with a certificate.
    std::uint64_t mutual() { return open({.authorities_file = ca, .certificate_file = cert, .key_file = key}); }
    std::uint64_t stream() {
        const Completion done = this->await(tenant, tenant.connect("127.0.0.1", server->port()));
        BOOST_REQUIRE_MESSAGE(done.status == KITH_OK, done.text);
        return done.id;
    }
    Completion secure(std::uint64_t client, std::uint64_t over, std::uint64_t timeout = 0) {
        Completion done = this->await(tenant, tenant.secure(client, over, "b.example", timeout));
        BOOST_TEST_MESSAGE(done.text);
        return done;
    }
    std::uint64_t secured(std::uint64_t client) {
        const auto over = stream();
        const Completion done = secure(client, over);
        BOOST_REQUIRE_MESSAGE(done.status == KITH_OK, done.text);
        return over;
    }
    std::string echo(std::uint64_t over, const std::string &text) {
        this->await(tenant, tenant.write(over, text));
        return this->read_all(tenant, over, text.size());
    }
    /// It is good for nothing but to be closed.
    void useless(std::uint64_t over) {
        BOOST_TEST(this->await(tenant, tenant.read(over)).status == KITH_RESET);
        BOOST_TEST(this->await(tenant, tenant.write(over, "x")).status == KITH_RESET);
        BOOST_TEST(tenant.close(over) == KITH_OK);
    }

    std::unique_ptr<typename TlsSite<Fixture>::Server> server;
    TlsTenant tenant{this->world(), "tls"};
    std::string ca = this->path("ca.pem"), cert = this->path("cert.pem"), key = this->path("key.pem");
};

inline bool says(const Completion &done, std::string_view part) {
    const bool there = done.text.find(part) != std::string::npos;
    if (!there) BOOST_TEST_MESSAGE("it says: " << done.text);
    return there;
}

} // namespace kith::test
