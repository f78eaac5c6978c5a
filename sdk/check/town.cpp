// SPDX-License-Identifier: MIT
#include "town.hpp"

#include "check.hpp"

#include <kith/testkit/dns_zones.hpp>
#include <kith/testkit/segment.hpp>

#include <kith/hosting/url.hpp>
#include <kith/service/file.h>
#include <kith/service/process.h>
#include <kith/service/tcp.h>
#include <kith/service/udp.h>

#include <algorithm>

namespace kith::check {

namespace {

using namespace std::chrono_literals;
using testkit::Conversation;
using testkit::HttpReply;
using testkit::Program;

constexpr auto polite_address = "10.7.0.7";

std::string ascii(std::string text) {
    std::erase_if(text, [](unsigned char c) { return c < 0x20 || c > 0x7e; });
    return text;
}

} // namespace

Town::Town(testkit::SimNet &net, const kith_descriptor &descriptor, std::string_view noisy, std::uint64_t seed)
    : net_(net), here_(net.machine("here", {"10.0.0.1"})), noisy_(noisy), noise_(seed) {
    machines_ = {{"here", &here_}, {"localhost", &here_}};
    for (std::uint32_t i = 0; i < descriptor.env_count; ++i) {
        const std::string name(view(descriptor.env[i]));
        if (name.ends_with("PORT")) here_.env(name, "7777");
        if (name.ends_with("HOST")) here_.env(name, polite_address);
        if (name == "HOME") here_.env(name, "/home/check");
    }
    net_.segment().tap([this](const testkit::Sighting &sighting) { overhear(sighting); });
}

testkit::Machine &Town::host(std::string_view name) {
    if (const auto found = machines_.find(name); found != machines_.end()) return *found->second;
    testkit::Machine *made = nullptr;
    if (const auto address = testkit::Address::parse(name)) {
        made = address->loopback() ? &here_ : net_.at(*address);
        if (made == nullptr) made = &net_.machine(name, {name});
    } else {
        ++hosts_;
        const auto own = "10.7." + std::to_string(hosts_ / 250 + 1) + "." + std::to_string(hosts_ % 250 + 1);
        made = &net_.machine(name, {own});
    }
    machines_.emplace(name, made);
    return *made;
}

// ---- streams ----

void Town::dials(std::string_view name, std::uint32_t port) {
    ++asked_;
    testkit::Machine &at = host(name);
    if (port == 0 || port > 65535 || !open_.emplace(&at, port).second) return;
    peers_.emplace_back(at, static_cast<std::uint16_t>(port)).on_accept([this](Conversation &with) {
        if (refusing_) with.reset();
        if (noisy(KITH_TCP)) talk(with);
    });
}

void Town::talk(Conversation &with) {
    ++said_;
    with.on_bytes([this](Conversation &c) {
        if (noise_.chance(2)) babble(c, 1);
    });
    if (noise_.chance(6)) with.stop_reading();
    if (noise_.chance(2)) babble(with, 4);
}

void Town::babble(Conversation &with, int left) {
    if (with.over() || with.ended()) return;
    with.send(noise_.bytes(with.received()));
    switch (noise_.below(12)) {
    case 0: return with.close();
    case 1: return with.reset();
    case 2: return with.vanish();
    case 3: return with.finish();
    default: break;
    }
    if (left > 0)
        with.after(std::chrono::milliseconds(noise_.below(5000)), [this, left](Conversation &c) { babble(c, left - 1); });
}

// ---- datagrams ----

void Town::binds(std::uint32_t port) {
    if (port != 0) ports_.insert(port);
    if (noisy(KITH_UDP) && !std::exchange(shouting_, true)) shout();
}

void Town::joins(std::string_view group) { groups_.emplace(group); }

std::string Town::datagram(std::string_view heard) { return noise_.bytes(heard).substr(0, KITH_UDP_MAX_SIZE); }

void Town::shout() {
    net_.in(std::chrono::milliseconds(noise_.below(500)), [this] {
        for (const auto port : ports_) {
            const auto from = "10.66.0." + std::to_string(1 + noise_.below(250));
            const auto to = static_cast<std::uint16_t>(port);
            net_.segment().inject(from, to, "10.0.0.1", to, datagram());
            for (const auto &group : groups_) net_.segment().inject(from, to, group, to, datagram());
            said_ += 1 + groups_.size();
        }
        shout();
    });
}

// What the plugin said comes back from strangers, with a flaw.
void Town::overhear(const testkit::Sighting &sighting) {
    if (!noisy(KITH_UDP) || sighting.sender != &here_) return;
    ports_.insert(sighting.from.port);
    for (int i = 0; i < 3; ++i) {
        net_.in(std::chrono::milliseconds(noise_.below(1000)),
                [this, to = sighting.to, back = sighting.from, bytes = datagram(sighting.bytes)] {
                    const auto from = "10.66.1." + std::to_string(1 + noise_.below(250));
                    const auto &target = noise_.chance(2) ? to : back;
                    net_.segment().inject(from, back.port, target.address.text(), target.port, bytes);
                    ++said_;
                });
    }
}

// ---- HTTP ----

void Town::requests(std::string_view text) {
    ++asked_;
    std::string why;
    const auto url = Url::parse(text, why);
    if (!url) return;
    auto server = servers_.find(url->origin());
    if (server == servers_.end()) {
        testkit::Machine &at = host(url->host);
        if (!open_.emplace(&at, url->port).second) return;
        server =
            url->secure
                ? servers_
                      .try_emplace(url->origin(), at, url->port,
                                   testkit::HttpCertificate{own_trust_ ? &authority_ : nullptr, {url->host}, false, nullptr})
                      .first
                : servers_.try_emplace(url->origin(), at, url->port).first;
    }
    server->second.route(url->path(), [this](const testkit::HttpAsked &) { return answer(); });
}

HttpReply Town::answer() {
    if (refusing_) {
        static constexpr std::uint32_t refusals[] = {401, 403, 429, 503};
        static constexpr std::string_view bodies[] = {"", "[]", "{}", R"({"items": []})"};
        return HttpReply(refusals[noise_.below(std::size(refusals))], bodies[noise_.below(std::size(bodies))]);
    }
    if (!noisy(KITH_HTTP)) return HttpReply(200, "[]");
    ++said_;
    static constexpr std::uint32_t codes[] = {200, 200, 200, 200, 200, 204, 206, 301, 400, 401, 404, 410, 429, 500, 503, 599};
    static constexpr std::string_view spans[] = {"", "-1", "0", "1e9", "soon", "99999999999999999999", "Fri, 99 Foo 2026"};
    HttpReply reply(codes[noise_.below(std::size(codes))]);
    if (noise_.chance(3)) reply.field("Retry-After", spans[noise_.below(std::size(spans))]);
    if (noise_.chance(3)) reply.field("Location", ascii(noise_.name()));
    if (noise_.chance(3)) reply.field("X-Noise", ascii(noise_.random_bytes(1000)));
    const auto body = noise_.document();
    switch (noise_.below(12)) {
    case 0: return reply.length(body.size() + 1000).say(body).cut();
    case 1: return reply.length(body.size() + 1000).say(body).reset();
    case 2: return reply.mute();
    case 3: return reply.endless(body.empty() ? "x" : body, 100ms);
    case 4: return reply.garbage();
    case 5: return reply.length(1'000'000'000'000).say(body);
    case 6: return reply.head().wait(40s).say(body);
    default: return reply.say(body);
    }
}

// ---- the DNS ----

void Town::asks(std::string_view name, std::uint32_t type) {
    if (name.ends_with('.')) name.remove_suffix(1);
    auto &zones = net_.dns();
    ++asked_;
    if (refusing_) return zones.fail(name, type, noise_.chance(2) ? KITH_UNAVAILABLE : KITH_TIMED_OUT);
    if (!noisy(KITH_DNS)) {
        zones.address(name, {polite_address});
        zones.service(name, {{"host.example", 1, 1, 80}});
        return zones.text(name, {"text"});
    }
    static constexpr std::int32_t faults[] = {KITH_OK,     KITH_OK,       KITH_OK,        KITH_OK,         KITH_UNAVAILABLE,
                                              KITH_DENIED, KITH_PROTOCOL, KITH_TIMED_OUT, KITH_UNREACHABLE};
    static constexpr std::int64_t ttls[] = {0, 1, 30, 86'400, 2'147'483'647};
    zones.fail(name, type, faults[noise_.below(std::size(faults))]);
    zones.rotate(
        name, type,
        [this, type] {
            ++said_;
            return records(type);
        },
        std::chrono::seconds(ttls[noise_.below(std::size(ttls))]));
}

std::vector<testkit::DnsData> Town::records(std::uint32_t type) {
    static constexpr std::string_view v4[] = {"0.0.0.0", "255.255.255.255", "127.0.0.1", "224.0.0.1", "10.7.0.8"};
    static constexpr std::string_view v6[] = {"::", "::1", "ff02::1", "fe80::1", "::ffff:10.0.0.8", "fd00::8"};
    static constexpr std::uint64_t counts[] = {0, 1, 2, 7, 2000};
    std::vector<testkit::DnsData> out;
    const auto count = counts[noise_.below(std::size(counts))];
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto number = [&] { return static_cast<std::uint16_t>(noise_.below(3) * 32767); };
        std::string value;
        if (type == KITH_DNS_A) value = v4[noise_.below(std::size(v4))];
        if (type == KITH_DNS_AAAA) value = v6[noise_.below(std::size(v6))];
        if (type == KITH_DNS_SRV) value = ascii(noise_.name()).substr(0, KITH_DNS_MAX_NAME);
        if (type == KITH_DNS_TXT) value = noise_.bytes();
        out.push_back({std::move(value), number(), number(), number()});
    }
    return out;
}

// ---- programs and files ----

void Town::runs(std::string_view path) {
    ++asked_;
    here_.program(path, [this](const testkit::ProgramRun &) { return program(); });
}

Program Town::program() {
    if (refusing_) return Program().complain("not now\n").exit(1);
    if (!noisy(KITH_PROCESS)) return Program().say("a@10.7.0.7\n").until_end_of_input();
    ++said_;
    Program out;
    if (noise_.chance(4)) out.ignore_term();
    for (auto steps = 1 + noise_.below(5); steps > 0; --steps) {
        switch (noise_.below(12)) {
        case 0: out.complain(noise_.bytes()); break;
        case 1: out.wait(std::chrono::milliseconds(noise_.below(20'000))); break;
        case 2: out.exit(static_cast<std::uint32_t>(noise_.below(256))); break;
        case 3: out.crash(); break;
        case 4: out.hang(); break;
        case 5: out.flood(noise_.chance(2) ? "x" : noise_.document() + "\n", 20ms); break;
        case 6: out.close_output(); break;
        case 7: out.close_input(); break;
        case 8: out.stop_reading(); break;
        case 9: out.say(noise_.document() + "\n"); break;
        default: out.say(noise_.bytes()); break;
        }
    }
    return out;
}

void Town::reads(std::string_view path) {
    ++asked_;
    if (refusing_) return here_.fail_path(path, KITH_DENIED);
    if (!noisy(KITH_FILE)) {
        const bool certificate = path.ends_with(".crt") || path.ends_with(".pem");
        if (!here_.file(path)) here_.file(path, certificate ? authority_.certificate() : std::string(polite_address) + "\n");
        return;
    }
    if (!watched_.emplace(path).second) return;
    change(std::string(path));
}

void Town::change(const std::string &path) {
    ++said_;
    here_.fail_path(path, noise_.chance(6) ? KITH_IO : noise_.chance(6) ? KITH_DENIED : KITH_OK);
    here_.remove(path);
    if (noise_.chance(8))
        here_.directory(path);
    else if (!noise_.chance(8))
        here_.file(path, noise_.bytes(), {.mode = noise_.chance(4) ? 0777u : 0400u, .owner = noise_.chance(2) ? 1000u : 0u});
    net_.in(std::chrono::milliseconds(1 + noise_.below(20'000)), [this, path] { change(path); });
}

void Town::trusts(std::string_view authorities) {
    if (!authorities.empty()) own_trust_ = true;
}

} // namespace kith::check
