// SPDX-License-Identifier: MIT
//
// kith.dns/1 in both worlds, and what only real servers do.
#include "dns_test_server.hpp"

#include <host/world/test/real_and_simulated_worlds.hpp>
#include <kith/testkit/dns_zones.hpp>
#include <sdk/testkit/test/dns_test_tenant.hpp>

using namespace kith::test;

namespace {

std::string wire_address(std::string_view text) {
    const auto address = kith::address::parse(text, 0).value();
    return {reinterpret_cast<const char *>(address.raw().bytes), address.is_ipv6() ? 16U : 4U};
}

unsigned type_of(std::string_view address) { return address.find(':') == std::string_view::npos ? KITH_DNS_A : KITH_DNS_AAAA; }

/// Sets the names of each world.
template <class Fixture>
struct Names;

template <>
struct Names<RealWorld> {
    explicit Names(RealWorld &fixture) : server(fixture.io) {}
    void address(const std::string &name, const std::vector<std::string> &all, std::uint32_t ttl) {
        server.replies[{name, KITH_DNS_A}];
        server.replies[{name, KITH_DNS_AAAA}];
        for (const auto &text : all)
            server.replies[{name, type_of(text)}].answers.push_back(
                {{}, static_cast<std::uint16_t>(type_of(text)), ttl, wire_address(text)});
    }
    void service(const std::string &name, const std::string &target, unsigned port) {
        server.replies[{name, KITH_DNS_SRV}].answers.push_back(
            {{}, KITH_DNS_SRV, 30, wire_16(10) + wire_16(60) + wire_16(port) + wire_name(target)});
    }
    void text(const std::string &name, const std::string &text) {
        server.replies[{name, KITH_DNS_TXT}].answers.push_back({{}, KITH_DNS_TXT, 30, static_cast<char>(text.size()) + text});
    }
    void fail(const std::string &name, std::int32_t status) {
        WireReply &reply = server.replies[{name, KITH_DNS_A}];
        reply.silent = status == KITH_TIMED_OUT;
        reply.malformed = status == KITH_PROTOCOL;
        reply.code = status == KITH_UNAVAILABLE ? 2 : status == KITH_DENIED ? 5 : 0;
    }
    std::string servers() const { return server.place(); }
    DnsTestServer server;
};

template <>
struct Names<SimulatedWorld> {
    explicit Names(SimulatedWorld &fixture) : zones(fixture.net.dns()) {}
    void address(const std::string &name, const std::vector<std::string> &all, std::uint32_t ttl) {
        zones.address(name, all, std::chrono::seconds(ttl));
    }
    void service(const std::string &name, const std::string &target, std::uint16_t port) {
        zones.service(name, {{.value = target, .priority = 10, .weight = 60, .port = port}});
    }
    void text(const std::string &name, const std::string &text) { zones.text(name, {text}); }
    void fail(const std::string &name, std::int32_t status) { zones.fail(name, KITH_DNS_A, status); }
    static std::string servers() { return "127.0.0.1:5353"; }
    kith::testkit::DnsZones &zones;
};

template <class Fixture>
struct DnsFixture : Fixture {
    Names<Fixture> names{*this};
    DnsTenant tenant{this->world(), "asker"};

    DnsTenant::Answer answer(std::string_view name, std::uint32_t type, std::string_view servers = {}) {
        const std::string usual = names.servers();
        const auto op = tenant.ask(name, type, servers.empty() ? usual : servers, 3000 * ms);
        const Completion done = this->await(tenant, op);
        BOOST_REQUIRE_MESSAGE(done.status == KITH_OK, done.text);
        return tenant.answers[op];
    }
    Completion failure(std::string_view name, std::string_view servers = {}) {
        const std::string usual = names.servers();
        Completion done = this->await(tenant, tenant.ask(name, KITH_DNS_A, servers.empty() ? usual : servers, 300 * ms));
        BOOST_TEST_MESSAGE(done.text);
        return done;
    }
    bool refused(std::uint64_t op, std::int32_t status) {
        BOOST_TEST_MESSAGE(tenant.error);
        return op == 0 && tenant.refused == status && !tenant.error.empty();
    }
};

using Texts = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(dns)

BOOST_AUTO_TEST_CASE_TEMPLATE(addresses_come_with_their_ttl, Fixture, Fixtures) {
    DnsFixture<Fixture> site;
    site.names.address("app.example.net", {"10.0.0.7", "10.0.0.8", "fd00::7"}, 30);
    const auto v4 = site.answer("app.example.net", KITH_DNS_A);
    BOOST_TEST((v4.kind == KITH_DNS_RECORDS));
    BOOST_TEST(v4.ttl == 30U);
    BOOST_TEST(v4.name == "app.example.net");
    BOOST_TEST((v4.texts == Texts{"10.0.0.7", "10.0.0.8"}));
    BOOST_TEST(v4.records[1].ttl == 30U);
    BOOST_TEST((site.answer("app.example.net.", KITH_DNS_AAAA).texts == Texts{"fd00::7"}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(services_and_texts, Fixture, Fixtures) {
    DnsFixture<Fixture> site;
    site.names.service("_epmd._tcp.example.net", "web-0.example.net", 4369);
    site.names.text("example.net", "hello there");
    const auto srv = site.answer("_epmd._tcp.example.net", KITH_DNS_SRV);
    BOOST_TEST((srv.texts == Texts{"web-0.example.net"}));
    BOOST_TEST(srv.records[0].priority == 10);
    BOOST_TEST(srv.records[0].weight == 60);
    BOOST_TEST(srv.records[0].port == 4369);
    BOOST_TEST((site.answer("example.net", KITH_DNS_TXT).texts == Texts{"hello there"}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(names_are_equal_regardless_of_case, Fixture, Fixtures) {
    DnsFixture<Fixture> site;
    site.names.service("_epmd._tcp.example.net", "Web-0.eXample.NET", 4369);
    site.names.address("app.example.net", {"10.0.0.7"}, 30);
    BOOST_TEST((site.answer("_epmd._tcp.example.net", KITH_DNS_SRV).texts == Texts{"web-0.example.net"}));
    BOOST_TEST((site.answer("App.Example.net", KITH_DNS_A).texts == Texts{"10.0.0.7"}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(kinds_of_empty_answers_are_distinguished, Fixture, Fixtures) {
    DnsFixture<Fixture> site;
    site.names.address("app.example.net", {"10.0.0.7"}, 30);
    const auto none = site.answer("app.example.net", KITH_DNS_AAAA);
    BOOST_TEST((none.kind == KITH_DNS_NODATA));
    BOOST_TEST(none.ttl == KITH_DNS_TTL_UNKNOWN);
    const auto unknown = site.answer("nobody.example.net", KITH_DNS_A);
    BOOST_TEST((unknown.kind == KITH_DNS_NXDOMAIN));
    BOOST_TEST(unknown.name == "nobody.example.net");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(kinds_of_failures_are_distinguished, Fixture, Fixtures) {
    DnsFixture<Fixture> site;
    site.names.address("app.example.net", {"10.0.0.7"}, 30);
    for (const auto status : {KITH_UNAVAILABLE, KITH_DENIED, KITH_PROTOCOL, KITH_TIMED_OUT}) {
        site.names.fail("app.example.net", status);
        const Completion done = site.failure("app.example.net");
        BOOST_TEST(done.status == status);
        BOOST_TEST(done.text.find("A of app.example.net") == 0U);
    }
    site.names.fail("app.example.net", KITH_OK);
    BOOST_TEST(site.answer("app.example.net", KITH_DNS_A).texts.size() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(invalid_queries_are_refused, Fixture, Fixtures) {
    DnsFixture<Fixture> site;
    const std::string long_label(64, 'a'), long_name = std::string(60, 'a') + "." + std::string(60, 'b') + "." +
                                                       std::string(60, 'c') + "." + std::string(60, 'd') + "." +
                                                       std::string(10, 'e');
    for (const std::string_view name :
         {"", ".", "a..b", ".a", "a b", "sch\xc3\xb6n.example", long_label.c_str(), long_name.c_str()})
        BOOST_TEST(site.refused(site.tenant.ask(name, KITH_DNS_A), KITH_INVALID), name);
    BOOST_TEST(site.refused(site.tenant.ask("a", 255), KITH_INVALID));
    for (const std::string_view servers : {"localhost", "10.0.0.1:0", "10.0.0.1:65536", "[::1", "::1 x"})
        BOOST_TEST(site.refused(site.tenant.ask("a", KITH_DNS_A, servers), KITH_INVALID), servers);
    BOOST_TEST(site.tenant.error.find("`x`") != std::string::npos);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(at_most_64_queries_are_open, Fixture, Fixtures) {
    DnsFixture<Fixture> site;
    site.names.address("app", {"10.0.0.7"}, 30);
    std::vector<std::uint64_t> ops;
    for (int i = 0; i < 64; ++i) ops.push_back(site.tenant.ask("app", KITH_DNS_A, site.names.servers()));
    BOOST_TEST(site.refused(site.tenant.ask("app", KITH_DNS_A, site.names.servers()), KITH_LIMIT));
    for (const auto op : ops) BOOST_TEST(site.await(site.tenant, op).status == KITH_OK);
    BOOST_TEST(site.answer("app", KITH_DNS_A).texts.size() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_cancelled_query_completes_with_cancelled, Fixture, Fixtures) {
    DnsFixture<Fixture> site;
    site.names.address("app", {"10.0.0.7"}, 30);
    site.names.fail("app", KITH_TIMED_OUT);
    const auto op = site.tenant.ask("app", KITH_DNS_A, site.names.servers());
    BOOST_TEST(site.tenant.cancel(op) == KITH_OK);
    BOOST_TEST(site.await(site.tenant, op).status == KITH_CANCELLED);
    const auto later = site.tenant.ask("app", KITH_DNS_A, site.names.servers());
    site.settle();
    BOOST_TEST(site.tenant.cancel(later) == KITH_OK);
    BOOST_TEST(site.await(site.tenant, later).status == KITH_CANCELLED);
    (void)site.tenant.ask("app", KITH_DNS_A, site.names.servers()); // is outstanding when the tenant goes
}

BOOST_AUTO_TEST_CASE(resolv_conf_determines_servers_and_search_domains) {
    RealWorld fixture;
    fixture.resolv_conf(fixture.path("resolv.conf"));
    Names<RealWorld> names(fixture);
    DnsTenant tenant(fixture.world(), "asker");
    const auto ask = [&](std::string_view name) {
        const auto op = tenant.ask(name, KITH_DNS_A, {}, 1000 * ms, KITH_DNS_SEARCH);
        return std::pair(fixture.await(tenant, op), tenant.answers[op]);
    };
    BOOST_TEST(ask("app").first.status == KITH_UNREACHABLE);
    BOOST_TEST(tenant.done.back().text.find("resolv.conf: No such file or directory") != std::string::npos);
    fixture.put("resolv.conf", "search example\n");
    BOOST_TEST(ask("app").first.status == KITH_UNREACHABLE);
    BOOST_TEST(tenant.done.back().text.find("resolv.conf names no server") != std::string::npos);
    fixture.put("resolv.conf", "nameserver [127.0.0.1]:" + std::to_string(names.server.port()) +
                                   "\nsearch ns.svc.example svc.example example\noptions ndots:5\n");
    names.address("app.svc.example", {"10.0.0.7"}, 30);
    const auto found = ask("app").second;
    BOOST_TEST(found.name == "app.svc.example");
    BOOST_TEST((found.texts == Texts{"10.0.0.7"}));
    BOOST_TEST((ask("app.").second.kind == KITH_DNS_NXDOMAIN));
    BOOST_TEST((ask("other").second.kind == KITH_DNS_NXDOMAIN));
    // A failure on the way is not skipped: what the next domain says would be of another name.
    names.fail("app.ns.svc.example", KITH_UNAVAILABLE);
    BOOST_TEST(ask("app").first.status == KITH_UNAVAILABLE);
}

BOOST_AUTO_TEST_CASE(a_thousand_addresses_come_over_tcp) {
    DnsFixture<RealWorld> site;
    std::vector<std::string> all;
    for (int i = 0; i < 1000; ++i) all.push_back("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250));
    site.names.address("many.example", all, 5);
    BOOST_TEST((site.answer("many.example", KITH_DNS_A).texts == all));
    BOOST_TEST(site.names.server.over_udp == 1U);
    BOOST_TEST(site.names.server.over_tcp == 1U);
}

BOOST_AUTO_TEST_CASE(a_server_without_edns_is_queried_without_it) {
    DnsFixture<RealWorld> site;
    site.names.address("app.example", {"10.0.0.7"}, 5);
    auto &server = site.names.server;
    auto &reply = server.replies[{"app.example", KITH_DNS_A}];
    for (const unsigned code : {1U, 4U}) { // FORMERR, NOTIMP
        for (const bool bare : {false, true}) {
            reply.no_edns = code;
            reply.bare = bare;
            server.over_udp = 0;
            BOOST_TEST((site.answer("app.example", KITH_DNS_A).texts == Texts{"10.0.0.7"}));
            BOOST_TEST(server.over_udp == 2U);
        }
    }
    BOOST_TEST(server.over_tcp == 0U); // an answer without OPT is right here
}

BOOST_AUTO_TEST_CASE(a_reply_that_is_only_a_header_counts) {
    DnsFixture<RealWorld> site;
    for (const auto &[code, status, text] :
         {std::tuple(1U, KITH_UNAVAILABLE, "answered FORMERR"), std::tuple(4U, KITH_UNAVAILABLE, "answered NOTIMP"),
          std::tuple(5U, KITH_DENIED, "answered REFUSED")}) {
        site.names.server.replies[{"app.example", KITH_DNS_A}] = {.code = code, .bare = true};
        const Completion done = site.failure("app.example");
        BOOST_TEST(done.status == status);
        BOOST_TEST(done.text.find(text) != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_reply_to_another_question_is_a_protocol_error) {
    DnsFixture<RealWorld> site;
    site.names.server.replies[{"app.example", KITH_DNS_A}].of_another = true;
    const Completion done = site.failure("app.example");
    BOOST_TEST(done.status == KITH_PROTOCOL);
    BOOST_TEST(done.text.find("sent nothing that replies to this question") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(possibly_incomplete_replies_are_repeated_over_tcp) {
    DnsFixture<RealWorld> site;
    auto &server = site.names.server;
    for (const char *name : {"app.example", "app.service.consul", "App.Service.DC1.Consul"}) {
        const bool consul = std::string_view(name) != "app.example";
        site.names.address(kith::lower_dns_name(name), {"10.0.0.7", "10.0.0.8"}, 5);
        auto &reply = server.replies[{kith::lower_dns_name(name), KITH_DNS_A}];
        reply.without_opt = !consul;
        reply.most_over_udp = 1;
        server.over_udp = server.over_tcp = 0;
        BOOST_TEST((site.answer(name, KITH_DNS_A).texts == Texts{"10.0.0.7", "10.0.0.8"}));
        BOOST_TEST(server.over_udp == (consul ? 0U : 1U));
        BOOST_TEST(server.over_tcp == 1U);
    }
    BOOST_TEST(site.answer("not.consul.example", KITH_DNS_A).kind == KITH_DNS_NXDOMAIN);
    BOOST_TEST(site.answer("myconsul", KITH_DNS_A).kind == KITH_DNS_NXDOMAIN);
    BOOST_TEST(server.over_tcp == 1U);
    // The UDP reply of an old server without TCP is accepted; that of Consul is not.
    server.close_tcp();
    BOOST_TEST((site.answer("app.example", KITH_DNS_A).texts == Texts{"10.0.0.7"}));
    const Completion done = site.failure("app.service.consul");
    BOOST_TEST(done.status == KITH_UNREACHABLE);
    BOOST_TEST(done.text.find("cannot be reached over TCP: Connection refused; Consul") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_send_failure_contains_the_system_error) {
    DnsFixture<RealWorld> site;
    for (const auto &[server, text] :
         {std::pair("127.0.0.1:1", " 127.0.0.1:1 cannot be reached: Connection refused"),
          std::pair("255.255.255.255:53", " 255.255.255.255:53 cannot be reached: Permission denied"),
          std::pair("[fe80::53%none0]:53", " [fe80::53%none0]:53 cannot be reached: this machine has no interface none0 now"),
          std::pair("fe80::53", " [fe80::53]:53 cannot be reached: a link-local address needs its interface")}) {
        const Completion done = site.failure("app.example", server);
        BOOST_TEST(done.text.find(text) != std::string::npos, done.text);
    }
}

BOOST_AUTO_TEST_CASE(the_next_server_is_queried_after_a_failure) {
    DnsFixture<RealWorld> site;
    DnsTestServer second(site.io);
    second.replies = {{{"app.example", KITH_DNS_A}, {.answers = {{{}, KITH_DNS_A, 5, wire_address("10.0.0.9")}}}}};
    const std::string both = site.names.servers() + " " + second.place();
    for (const auto status : {KITH_UNAVAILABLE, KITH_DENIED, KITH_TIMED_OUT}) {
        site.names.address("app.example", {}, 5);
        site.names.fail("app.example", status);
        BOOST_TEST((site.answer("app.example", KITH_DNS_A, both).texts == Texts{"10.0.0.9"}));
    }
    BOOST_TEST((site.answer("app.example", KITH_DNS_A, "127.0.0.1:1 " + second.place()).texts == Texts{"10.0.0.9"}));
    BOOST_TEST(site.failure("app.example", "127.0.0.1:1").status == KITH_UNREACHABLE);
}

BOOST_AUTO_TEST_CASE(aliases_are_followed_and_the_smallest_ttl_applies) {
    DnsFixture<RealWorld> site;
    auto &reply = site.names.server.replies[{"www.example", KITH_DNS_A}];
    reply.answers = {{"b.example", KITH_DNS_A, 60, wire_address("10.0.0.7")},
                     {{}, 5, 7, wire_name("a.example")},
                     {"A.Example", 5, 60, wire_name("b.example")},
                     {"c.example", KITH_DNS_A, 60, wire_address("10.0.0.8")}};
    const auto found = site.answer("www.example", KITH_DNS_A);
    BOOST_TEST((found.texts == Texts{"10.0.0.7"}));
    BOOST_TEST(found.ttl == 7U);
}

BOOST_AUTO_TEST_CASE(replies_that_dns_does_not_allow_are_failures) {
    DnsFixture<RealWorld> site;
    const auto alias = [](const char *of, const char *to) { return WireRecord{of, 5, 7, wire_name(to)}; };
    const auto address = [](const char *of) { return WireRecord{of, KITH_DNS_A, 7, wire_address("10.0.0.7")}; };
    auto &reply = site.names.server.replies[{"a.example", KITH_DNS_A}];
    const auto fails = [&](std::vector<WireRecord> answers, std::int32_t status, std::string_view text) {
        reply.answers = std::move(answers);
        const Completion done = site.failure("a.example");
        BOOST_TEST(done.status == status);
        BOOST_TEST(done.text.find(text) != std::string::npos, done.text);
    };
    fails({alias("a.example", "b.example"), alias("b.example", "a.example")}, KITH_PROTOCOL,
          "answered CNAMEs that lead to no end: b.example is an alias of a.example");
    fails({alias("a.example", "a.example")}, KITH_PROTOCOL, "lead to no end");
    fails({alias("a.example", "b.example"), address("b.example"), alias("A.example", "c.example"), address("c.example")},
          KITH_PROTOCOL, "answered several CNAMEs of a.example, which DNS does not allow: b.example and c.example");
    fails({alias("a.example", "b.example"), alias("a.example", "c.example")}, KITH_PROTOCOL, "answered several CNAMEs");
    fails({alias("a.example", "b.example"), address("b.example"), address("a.example")}, KITH_PROTOCOL,
          "answered a CNAME of a.example and other records of it");
    fails({address("b.example")}, KITH_PROTOCOL, "answered records of b.example, which is not what was asked for");
    fails({alias("a.example", "b.example")}, KITH_UNAVAILABLE,
          "answered that the name is an alias of b.example, and nothing of that");
    reply.recursive = false;
    fails({alias("a.example", "b.example")}, KITH_UNAVAILABLE, ": it asks no other servers on our behalf");
    reply.code = 3;
    fails({address("a.example")}, KITH_PROTOCOL, "answered NXDOMAIN and records of the name at once");
}

BOOST_AUTO_TEST_CASE(a_repeated_alias_counts_once) {
    DnsFixture<RealWorld> site;
    const WireRecord alias{{}, 5, 7, wire_name("b.example")};
    site.names.server.replies[{"a.example", KITH_DNS_A}].answers = {
        alias, alias, {"b.example", KITH_DNS_A, 7, wire_address("10.0.0.7")}};
    BOOST_TEST((site.answer("a.example", KITH_DNS_A).texts == Texts{"10.0.0.7"}));
}

BOOST_AUTO_TEST_CASE(the_ttl_of_an_empty_answer_comes_from_the_soa) {
    DnsFixture<RealWorld> site;
    const std::string soa =
        wire_name("ns.example") + wire_name("root.example") + wire_32(1) + wire_32(2) + wire_32(3) + wire_32(4) + wire_32(9);
    WireReply &reply = site.names.server.replies[{"app.example", KITH_DNS_A}];
    reply.code = 3;
    reply.authorities = {{"example", 6, 60, soa}};
    const auto found = site.answer("app.example", KITH_DNS_A);
    BOOST_TEST((found.kind == KITH_DNS_NXDOMAIN));
    BOOST_TEST(found.ttl == 9U);
}

BOOST_AUTO_TEST_CASE(a_referral_is_not_an_empty_answer) {
    DnsFixture<RealWorld> site;
    WireReply &reply = site.names.server.replies[{"app.example", KITH_DNS_A}];
    reply.recursive = false;
    reply.authorities = {{"example", 2, 60, wire_name("ns.example")}};
    BOOST_TEST(site.failure("app.example").status == KITH_UNAVAILABLE);
    reply.recursive = true;
    BOOST_TEST(site.failure("app.example").status == KITH_UNAVAILABLE);
}

BOOST_AUTO_TEST_SUITE_END()
