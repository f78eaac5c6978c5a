// SPDX-License-Identifier: MIT
#include "plugin_workload.hpp"
#include "simulated_servers.hpp"

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
bool is_refused_set(std::string_view rule) {
    return (rule.starts_with("discovery.replace was refused") || rule.starts_with("discovery.update was refused")) &&
           rule.find("UTF-8") == std::string_view::npos;
}

// A few minutes among those who say what they should not. How often they did.
std::size_t run_with_malformed_data(const PluginUnderTest &plugin, std::string_view service, std::uint64_t seed) {
    SimNet net(seed);
    SimulatedServers servers(net, plugin.descriptor, service, seed);
    Rig rig(servers.plugin_machine(), servers.intercept(plugin.entry), plugin.id, plugin.options);
    rig.node("check@10.0.0.1");
    if (rig.start() != KITH_OK) throw RuleViolation("it does not start: " + rig.error() + "; give it options with --options");
    MalformedData malformed(seed);
    run_workload(rig, plugin.descriptor, malformed);
    rig.run_for(2min);
    rig.refresh();
    rig.run_for(std::chrono::milliseconds(malformed.below(60'000)));
    rig.stop();
    for (const auto &rule : rig.violations())
        if (!is_refused_set(rule) && !rule.starts_with("E3:")) throw RuleViolation(rule);
    return servers.malformed_count();
}

void test_with_malformed_data(const TestInput &input, const char *service) {
    bool any = false;
    std::size_t said = 0;
    for_each_plugin(input, [&](const PluginUnderTest &plugin) {
        if (!uses(plugin.descriptor, service)) return;
        any = true;
        for (std::uint64_t round = 0; round < rounds; ++round) {
            try {
                said += run_with_malformed_data(plugin, service, plugin.seed + round);
            } catch (const RuleViolation &why) {
                throw RuleViolation(std::string(why.what()) + " (with --seed " + std::to_string(plugin.seed + round) + ")");
            }
        }
    });
    if (!any) throw TestSkipped(std::string("it does not use ") + service);
    if (said == 0)
        throw TestSkipped(std::string("with these options it asks nobody by ") + service + "; give it others with --options");
}

void packets(const TestInput &input) { test_with_malformed_data(input, KITH_UDP); }
void streams(const TestInput &input) { test_with_malformed_data(input, KITH_TCP); }
void answers(const TestInput &input) { test_with_malformed_data(input, KITH_DNS); }
void bodies(const TestInput &input) { test_with_malformed_data(input, KITH_HTTP); }
void programs(const TestInput &input) { test_with_malformed_data(input, KITH_PROCESS); }
void files(const TestInput &input) { test_with_malformed_data(input, KITH_FILE); }

constexpr Test tests[] = {
    {"packets", "E2", "survives malformed datagrams, from strangers and like its own", packets},
    {"streams", "E2", "survives peers on TCP that say anything, or end anyhow", streams},
    {"answers", "E2", "survives answers of the DNS that are odd, many, or failures", answers},
    {"bodies", "E2", "survives HTTP with any status, headers and body, half or endless", bodies},
    {"programs", "E2", "survives programs that say anything, hang, flood, crash or close their pipes", programs},
    {"files", "E2", "survives files that hold anything, change, or cannot be read", files},
};

} // namespace

std::span<const Test> malformed_data_tests() noexcept { return tests; }

} // namespace kith::check
