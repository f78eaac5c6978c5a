// SPDX-License-Identifier: MIT
#include "simulated_servers.hpp"

#include "plugin_test.hpp"

#include <kith/testkit/dns_zones.hpp>
#include <kith/testkit/network_segment.hpp>

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

constexpr auto default_address = "10.7.0.7";

std::string ascii(std::string text) {
    std::erase_if(text, [](unsigned char c) { return c < 0x20 || c > 0x7e; });
    return text;
}

} // namespace

SimulatedServers::SimulatedServers(testkit::SimNet &net, const PluginUnderTest &plugin, std::string_view faulty_service,
                                   std::uint64_t seed)
    : net_(net),
      plugin_machine_(check::plugin_machine(net, plugin.input)),
      input_(plugin.input),
      faulty_service_(faulty_service),
      malformed_(seed) {
    const kith_descriptor &descriptor = plugin.descriptor;
    machines_ = {{"here", &plugin_machine_}, {"localhost", &plugin_machine_}};
    for (std::uint32_t i = 0; i < descriptor.env_count; ++i) {
        const std::string name(view(descriptor.env[i]));
        if (input_.environment.contains(name)) continue;
        if (name.ends_with("PORT")) plugin_machine_.env(name, "7777");
        if (name.ends_with("HOST")) plugin_machine_.env(name, default_address);
        if (name == "HOME") plugin_machine_.env(name, "/home/check");
    }
    net_.segment().tap([this](const testkit::Sighting &sighting) { reply_to_datagram(sighting); });
}

testkit::SimulatedMachine &SimulatedServers::machine_named(std::string_view name) {
    if (const auto found = machines_.find(name); found != machines_.end()) return *found->second;
    testkit::SimulatedMachine *made = nullptr;
    if (const auto address = testkit::Address::parse(name)) {
        made = address->loopback() ? &plugin_machine_ : net_.at(*address);
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

void SimulatedServers::on_connect(std::string_view name, std::uint32_t port) {
    ++requests_;
    testkit::SimulatedMachine &at = machine_named(name);
    if (port == 0 || port > 65535 || !open_.emplace(&at, port).second) return;
    peers_.emplace_back(at, static_cast<std::uint16_t>(port)).on_accept([this](Conversation &with) {
        if (failing_) with.reset();
        if (is_faulty(KITH_TCP)) serve_stream(with);
    });
}

void SimulatedServers::serve_stream(Conversation &with) {
    ++malformed_count_;
    with.on_bytes([this](Conversation &c) {
        if (malformed_.chance(2)) send_malformed(c, 1);
    });
    if (malformed_.chance(6)) with.stop_reading();
    if (malformed_.chance(2)) send_malformed(with, 4);
}

void SimulatedServers::send_malformed(Conversation &with, int left) {
    if (with.over() || with.ended()) return;
    with.send(malformed_.bytes(with.received()));
    switch (malformed_.below(12)) {
    case 0: return with.close();
    case 1: return with.reset();
    case 2: return with.vanish();
    case 3: return with.finish();
    default: break;
    }
    if (left > 0)
        with.after(std::chrono::milliseconds(malformed_.below(5000)),
                   [this, left](Conversation &c) { send_malformed(c, left - 1); });
}

// ---- datagrams ----

void SimulatedServers::on_bind(std::uint32_t port) {
    if (port != 0) ports_.insert(port);
    if (is_faulty(KITH_UDP) && !std::exchange(sending_datagrams_, true)) send_datagrams();
}

void SimulatedServers::on_join(std::string_view group) { groups_.emplace(group); }

std::string SimulatedServers::datagram(std::string_view sample) {
    return malformed_.bytes(sample).substr(0, KITH_UDP_MAX_SIZE);
}

void SimulatedServers::send_datagrams() {
    net_.in(std::chrono::milliseconds(malformed_.below(500)), [this] {
        for (const auto port : ports_) {
            const auto from = "10.66.0." + std::to_string(1 + malformed_.below(250));
            const auto to = static_cast<std::uint16_t>(port);
            net_.segment().inject(from, to, "10.0.0.1", to, datagram());
            for (const auto &group : groups_) net_.segment().inject(from, to, group, to, datagram());
            malformed_count_ += 1 + groups_.size();
        }
        send_datagrams();
    });
}

// Sends damaged copies of the plugin's own datagrams back to it, from other addresses.
void SimulatedServers::reply_to_datagram(const testkit::Sighting &sighting) {
    if (!is_faulty(KITH_UDP) || sighting.sender != &plugin_machine_) return;
    ports_.insert(sighting.from.port);
    for (int i = 0; i < 3; ++i) {
        net_.in(std::chrono::milliseconds(malformed_.below(1000)),
                [this, to = sighting.to, back = sighting.from, bytes = datagram(sighting.bytes)] {
                    const auto from = "10.66.1." + std::to_string(1 + malformed_.below(250));
                    const auto &target = malformed_.chance(2) ? to : back;
                    net_.segment().inject(from, back.port, target.address.text(), target.port, bytes);
                    ++malformed_count_;
                });
    }
}

// ---- HTTP ----

void SimulatedServers::on_request(std::string_view text) {
    ++requests_;
    std::string why;
    const auto url = Url::parse(text, why);
    if (!url) return;
    auto server = http_servers_.find(url->origin());
    if (server == http_servers_.end()) {
        testkit::SimulatedMachine &at = machine_named(url->host);
        if (!open_.emplace(&at, url->port).second) return;
        server =
            url->secure
                ? http_servers_
                      .try_emplace(url->origin(), at, url->port,
                                   testkit::HttpCertificate{own_trust_ ? &authority_ : nullptr, {url->host}, false, nullptr})
                      .first
                : http_servers_.try_emplace(url->origin(), at, url->port).first;
    }
    server->second.route(url->path(),
                         [this, path = std::string(url->path())](const testkit::HttpAsked &) { return http_reply(path); });
}

HttpReply SimulatedServers::http_reply(const std::string &path) {
    const auto known = input_.answers.find(path);
    const std::string correct = known == input_.answers.end() ? std::string() : known->second;
    if (failing_) {
        static constexpr std::uint32_t refusals[] = {401, 403, 429, 503};
        static constexpr std::string_view bodies[] = {"", "[]", "{}", R"({"items": []})"};
        return HttpReply(refusals[malformed_.below(std::size(refusals))], bodies[malformed_.below(std::size(bodies))]);
    }
    if (!is_faulty(KITH_HTTP)) return HttpReply(200, correct.empty() ? "[]" : correct);
    ++malformed_count_;
    // Half of the answers are correct ones, so that the plugin makes the requests that follow, or damaged copies of correct ones.
    if (!correct.empty() && malformed_.chance(4)) return HttpReply(200, correct);
    if (!correct.empty() && malformed_.chance(3))
        return HttpReply(200)
            .send(correct)
            .wait(std::chrono::milliseconds(malformed_.below(20'000)))
            .send(malformed_.bytes(correct))
            .stall();
    static constexpr std::uint32_t codes[] = {200, 200, 200, 200, 200, 204, 206, 301, 400, 401, 404, 410, 429, 500, 503, 599};
    static constexpr std::string_view spans[] = {"", "-1", "0", "1e9", "soon", "99999999999999999999", "Fri, 99 Foo 2026"};
    HttpReply reply(codes[malformed_.below(std::size(codes))]);
    if (malformed_.chance(3)) reply.field("Retry-After", spans[malformed_.below(std::size(spans))]);
    if (malformed_.chance(3)) reply.field("Location", ascii(malformed_.name()));
    if (malformed_.chance(3)) reply.field("X-MalformedData", ascii(malformed_.random_bytes(1000)));
    const auto body = correct.empty() || malformed_.chance(4) ? malformed_.document() : malformed_.bytes(correct);
    switch (malformed_.below(12)) {
    case 0: return reply.length(body.size() + 1000).send(body).cut();
    case 1: return reply.length(body.size() + 1000).send(body).reset();
    case 2: return reply.stall();
    case 3: return reply.endless(body.empty() ? "x" : body, 100ms);
    case 4: return reply.garbage();
    case 5: return reply.length(1'000'000'000'000).send(body);
    case 6: return reply.head().wait(40s).send(body);
    default: return reply.send(body);
    }
}

// ---- DNS ----

void SimulatedServers::on_query(std::string_view name, std::uint32_t type) {
    if (name.ends_with('.')) name.remove_suffix(1);
    auto &zones = net_.dns();
    ++requests_;
    if (failing_) return zones.fail(name, type, malformed_.chance(2) ? KITH_UNAVAILABLE : KITH_TIMED_OUT);
    if (!is_faulty(KITH_DNS)) {
        zones.address(name, {default_address});
        zones.service(name, {{"host.example", 1, 1, 80}});
        return zones.text(name, {"text"});
    }
    static constexpr std::int32_t faults[] = {KITH_OK,     KITH_OK,       KITH_OK,        KITH_OK,         KITH_UNAVAILABLE,
                                              KITH_DENIED, KITH_PROTOCOL, KITH_TIMED_OUT, KITH_UNREACHABLE};
    static constexpr std::int64_t ttls[] = {0, 1, 30, 86'400, 2'147'483'647};
    zones.fail(name, type, faults[malformed_.below(std::size(faults))]);
    zones.rotate(
        name, type,
        [this, type] {
            ++malformed_count_;
            return dns_records(type);
        },
        std::chrono::seconds(ttls[malformed_.below(std::size(ttls))]));
}

std::vector<testkit::DnsData> SimulatedServers::dns_records(std::uint32_t type) {
    static constexpr std::string_view v4[] = {"0.0.0.0", "255.255.255.255", "127.0.0.1", "224.0.0.1", "10.7.0.8"};
    static constexpr std::string_view v6[] = {"::", "::1", "ff02::1", "fe80::1", "::ffff:10.0.0.8", "fd00::8"};
    static constexpr std::uint64_t counts[] = {0, 1, 2, 7, 2000};
    std::vector<testkit::DnsData> out;
    const auto count = counts[malformed_.below(std::size(counts))];
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto number = [&] { return static_cast<std::uint16_t>(malformed_.below(3) * 32767); };
        std::string value;
        if (type == KITH_DNS_A) value = v4[malformed_.below(std::size(v4))];
        if (type == KITH_DNS_AAAA) value = v6[malformed_.below(std::size(v6))];
        if (type == KITH_DNS_SRV) value = ascii(malformed_.name()).substr(0, KITH_DNS_MAX_NAME);
        if (type == KITH_DNS_TXT) value = malformed_.bytes();
        out.push_back({std::move(value), number(), number(), number()});
    }
    return out;
}

// ---- programs and files ----

void SimulatedServers::on_start(std::string_view path) {
    ++requests_;
    plugin_machine_.program(path, [this](const testkit::ProgramRun &) { return program_script(); });
}

Program SimulatedServers::program_script() {
    if (failing_) return Program().print_error("not now\n").exit(1);
    if (!is_faulty(KITH_PROCESS)) return Program().print("a@10.7.0.7\n").until_end_of_input();
    ++malformed_count_;
    Program out;
    if (malformed_.chance(4)) out.ignore_term();
    for (auto steps = 1 + malformed_.below(5); steps > 0; --steps) {
        switch (malformed_.below(12)) {
        case 0: out.print_error(malformed_.bytes()); break;
        case 1: out.wait(std::chrono::milliseconds(malformed_.below(20'000))); break;
        case 2: out.exit(static_cast<std::uint32_t>(malformed_.below(256))); break;
        case 3: out.crash(); break;
        case 4: out.hang(); break;
        case 5: out.flood(malformed_.chance(2) ? "x" : malformed_.document() + "\n", 20ms); break;
        case 6: out.close_output(); break;
        case 7: out.close_input(); break;
        case 8: out.stop_reading(); break;
        case 9: out.print(malformed_.document() + "\n"); break;
        default: out.print(malformed_.bytes()); break;
        }
    }
    return out;
}

void SimulatedServers::on_read(std::string_view path) {
    ++requests_;
    if (failing_) return plugin_machine_.fail_path(path, KITH_DENIED);
    if (!is_faulty(KITH_FILE)) {
        const bool certificate = path.ends_with(".crt") || path.ends_with(".pem");
        if (!plugin_machine_.file(path))
            plugin_machine_.file(path, certificate ? authority_.certificate() : std::string(default_address) + "\n");
        return;
    }
    if (!watched_.emplace(path).second) return;
    change_file(std::string(path));
}

void SimulatedServers::change_file(const std::string &path) {
    ++malformed_count_;
    plugin_machine_.fail_path(path, malformed_.chance(6) ? KITH_IO : malformed_.chance(6) ? KITH_DENIED : KITH_OK);
    plugin_machine_.remove(path);
    if (malformed_.chance(8))
        plugin_machine_.directory(path);
    else if (!malformed_.chance(8))
        plugin_machine_.file(path, malformed_.bytes(),
                             {.mode = malformed_.chance(4) ? 0777u : 0400u, .owner = malformed_.chance(2) ? 1000u : 0u});
    net_.in(std::chrono::milliseconds(1 + malformed_.below(20'000)), [this, path] { change_file(path); });
}

void SimulatedServers::on_authorities(std::string_view authorities) {
    if (!authorities.empty()) own_trust_ = true;
}

} // namespace kith::check
