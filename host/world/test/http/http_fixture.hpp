// SPDX-License-Identifier: MIT
//
// A server and a client in each world, for the promises of kith.http/1.
#pragma once

#include "http_test_server.hpp"

#include <host/world/test/real_and_simulated_worlds.hpp>
#include <kith/testkit/http_server.hpp>
#include <sdk/testkit/test/http_test_tenant.hpp>

namespace kith::test {

/// How a server shows who it is.
using testkit::HttpReply;

enum class Shows : std::uint8_t { nothing, good, expired, other_name, stranger, good_asks_for_client };

/// The certificates of this run, for the real world.
struct TestCertificates {
    Authority ours{"kith test authority"}, theirs{"somebody else"};
    Identity good = ours.sign("localhost", {"localhost", "127.0.0.1", "::1"});
    Identity expired = ours.sign("localhost", {"localhost", "127.0.0.1"}, 0);
    Identity other_name = ours.sign("registry.example", {"registry.example"});
    Identity stranger = theirs.sign("localhost", {"localhost", "127.0.0.1"});
    Identity client = ours.sign("kith", {});
    Identity strange_client = theirs.sign("kith", {});

    static const TestCertificates &here() {
        static const TestCertificates papers;
        return papers;
    }
};

template <class Fixture>
struct HttpTestSite;

template <>
struct HttpTestSite<RealWorld> {
    HttpTestSite(RealWorld &, Shows shows) : secure(shows != Shows::nothing), server(identity(shows), asks(shows)) {}

    static const Identity *identity(Shows shows) {
        const TestCertificates &papers = TestCertificates::here();
        switch (shows) {
        case Shows::nothing: return nullptr;
        case Shows::expired: return &papers.expired;
        case Shows::other_name: return &papers.other_name;
        case Shows::stranger: return &papers.stranger;
        default: return &papers.good;
        }
    }
    static std::string asks(Shows shows) {
        return shows == Shows::good_asks_for_client ? TestCertificates::here().ours.certificate() : std::string();
    }
    static std::string authority() { return TestCertificates::here().ours.certificate(); }
    static Identity client() { return TestCertificates::here().client; }
    static Identity strange_client() { return TestCertificates::here().strange_client; }

    bool secure;
    HttpTestServer server;
};

template <>
struct HttpTestSite<SimulatedWorld> {
    HttpTestSite(SimulatedWorld &fixture, Shows shows)
        : secure(shows != Shows::nothing),
          server(secure ? testkit::HttpServer(fixture.machine, 0, certificate(shows))
                        : testkit::HttpServer(fixture.machine, 0)) {}

    static testkit::HttpCertificate certificate(Shows shows) {
        testkit::HttpCertificate out{.authority = &ours, .names = {"localhost", "127.0.0.1", "::1"}};
        if (shows == Shows::stranger) out.authority = &theirs;
        if (shows == Shows::other_name) out.names = {"registry.example"};
        if (shows == Shows::good_asks_for_client) out.clients = &ours;
        out.expired = shows == Shows::expired;
        return out;
    }
    static std::string authority() { return ours.certificate(); }
    static Identity client() { return {ours.client_certificate(), ours.client_key()}; }
    static Identity strange_client() { return {theirs.client_certificate(), theirs.client_key()}; }

    static inline const testkit::HttpAuthority ours{"kith test authority"}, theirs{"somebody else"};
    bool secure;
    testkit::HttpServer server;
};

/// A client that trusts the authority of its server.
template <class Fixture>
struct HttpFixture : Fixture {
    explicit HttpFixture(Shows shows = Shows::nothing) : site(*this, shows) {}

    HttpTestSite<Fixture> site;
    HttpTenant tenant{this->world(), "web"};
    std::uint64_t client = open();

    std::uint64_t open(kith_http_client settings = HttpTenant::settings()) {
        const std::string authority = site.authority();
        if (site.secure && settings.authorities.size == 0) settings.authorities = str(authority);
        const Completion done = this->await(tenant, tenant.open(settings));
        BOOST_REQUIRE_MESSAGE(done.status == KITH_OK, done.text);
        return done.id;
    }
    std::string url(const std::string &target, const std::string &host = "localhost") const {
        return (site.secure ? "https://" : "http://") + host + ":" + std::to_string(site.server.port()) + target;
    }
    Completion ask(const std::string &target, HttpTenant::Wanted what = {}) {
        const std::string where = url(target);
        what.url = where;
        return this->await(tenant, tenant.request(client, what));
    }
    /// The body, and how it ended.
    std::pair<std::string, Completion> body(std::uint64_t response, std::uint32_t max = 65'536) {
        std::string all;
        for (;;) {
            Completion now = this->await(tenant, tenant.read_body(response, max));
            if (now.status != KITH_OK) return {all, now};
            BOOST_TEST(now.data.size() <= max);
            all += now.data;
        }
    }
    /// Why a request, or its body, ended as it did; the text is shown when the test is.
    std::int32_t ask_fails(const std::string &target, HttpTenant::Wanted what = {}) {
        const Completion head = ask(target, std::move(what));
        BOOST_TEST_MESSAGE(head.text);
        last_text = head.text;
        return head.status;
    }
    std::int32_t body_fails(const std::string &target, HttpTenant::Wanted what = {}) {
        const Completion head = ask(target, std::move(what));
        BOOST_REQUIRE_MESSAGE(head.status == KITH_OK, head.text);
        const auto [all, end] = body(head.id);
        BOOST_TEST_MESSAGE(end.text);
        last_text = end.text;
        return end.status;
    }
    bool says(std::string_view part) const { return last_text.find(part) != std::string::npos; }
    std::string last_text;

    std::string whole(const std::string &target) {
        const Completion head = ask(target);
        BOOST_REQUIRE_MESSAGE(head.status == KITH_OK, head.text);
        const auto [all, end] = body(head.id);
        BOOST_TEST(end.status == KITH_CLOSED, end.text);
        return all;
    }
};

} // namespace kith::test
