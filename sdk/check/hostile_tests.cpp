// SPDX-License-Identifier: MIT
#include "duties.hpp"
#include "town.hpp"

#include <kith/service/dns.h>
#include <kith/service/file.h>
#include <kith/service/http.h>
#include <kith/service/process.h>
#include <kith/service/tcp.h>
#include <kith/service/udp.h>

namespace kith::check {

namespace {

using namespace std::chrono_literals;
using testkit::Rig;
using testkit::SimNet;

constexpr std::uint64_t rounds = 10;

bool uses(const kith_descriptor &d, std::string_view service) {
    for (std::uint32_t i = 0; i < d.required_count; ++i)
        if (view(d.required[i]) == service) return true;
    for (std::uint32_t i = 0; i < d.optional_count; ++i)
        if (view(d.optional[i]) == service) return true;
    return false;
}

// What strangers make a strategy say may be no set, a name twice or too long: the host refuses it, counts it as a failed look, and tells
// why. That it is UTF-8 is the plugin's business (M1).
bool refused_set(std::string_view rule) {
    return (rule.starts_with("discovery.replace was refused") || rule.starts_with("discovery.update was refused")) &&
           rule.find("UTF-8") == std::string_view::npos;
}

// A few minutes among those who say what they should not. How often they did.
std::size_t endure(const Plugin &plugin, std::string_view service, std::uint64_t seed) {
    SimNet net(seed);
    Town town(net, plugin.descriptor, service, seed);
    Rig rig(town.here(), town.listen(plugin.entry), plugin.id, plugin.options);
    rig.node("check@10.0.0.1");
    if (rig.start() != KITH_OK) throw Broken("it does not start: " + rig.error() + "; give it options with --options");
    Noise noise(seed);
    keep_busy(rig, plugin.descriptor, noise);
    rig.run_for(2min);
    rig.refresh();
    rig.run_for(std::chrono::milliseconds(noise.below(60'000)));
    rig.stop();
    for (const auto &rule : rig.violations())
        if (!refused_set(rule) && !rule.starts_with("E3:")) throw Broken(rule);
    return town.said();
}

void among_hostile(const Subject &subject, const char *service) {
    bool any = false;
    std::size_t said = 0;
    for_each_plugin(subject, [&](const Plugin &plugin) {
        if (!uses(plugin.descriptor, service)) return;
        any = true;
        for (std::uint64_t round = 0; round < rounds; ++round) {
            try {
                said += endure(plugin, service, plugin.seed + round);
            } catch (const Broken &why) {
                throw Broken(std::string(why.what()) + " (with --seed " + std::to_string(plugin.seed + round) + ")");
            }
        }
    });
    if (!any) throw Skipped(std::string("it does not use ") + service);
    if (said == 0)
        throw Skipped(std::string("with these options it asks nobody by ") + service + "; give it others with --options");
}

void packets(const Subject &subject) { among_hostile(subject, KITH_UDP); }
void streams(const Subject &subject) { among_hostile(subject, KITH_TCP); }
void answers(const Subject &subject) { among_hostile(subject, KITH_DNS); }
void bodies(const Subject &subject) { among_hostile(subject, KITH_HTTP); }
void programs(const Subject &subject) { among_hostile(subject, KITH_PROCESS); }
void files(const Subject &subject) { among_hostile(subject, KITH_FILE); }

constexpr Test tests[] = {
    {"packets", "E2", "survives malformed datagrams, from strangers and like its own", packets},
    {"streams", "E2", "survives peers on TCP that say anything, or end anyhow", streams},
    {"answers", "E2", "survives answers of the DNS that are odd, many, or failures", answers},
    {"bodies", "E2", "survives HTTP with any status, headers and body, half or endless", bodies},
    {"programs", "E2", "survives programs that say anything, hang, flood, crash or close their pipes", programs},
    {"files", "E2", "survives files that hold anything, change, or cannot be read", files},
};

} // namespace

std::span<const Test> hostile_tests() noexcept { return tests; }

} // namespace kith::check
