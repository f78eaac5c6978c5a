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
using testkit::PluginHarness;
using testkit::SimNet;

constexpr std::uint64_t rounds = 10;

bool uses(const kith_descriptor &d, std::string_view service) {
    for (std::uint32_t i = 0; i < d.required_count; ++i)
        if (view(d.required[i]) == service) return true;
    for (std::uint32_t i = 0; i < d.optional_count; ++i)
        if (view(d.optional[i]) == service) return true;
    return false;
}

// Malformed data can make a strategy report an invalid set, such as one with a duplicate or overlong name. The host refuses the set,
// counts the query as failed and reports why, so this is no violation. Names that are not UTF-8 are one (M1).
bool is_refused_set(std::string_view rule) {
    return (rule.starts_with("discovery.replace was refused") || rule.starts_with("discovery.update was refused")) &&
           rule.find("UTF-8") == std::string_view::npos;
}

// Runs the plugin for a few minutes with servers that send malformed data. Returns the number of times that they sent some.
std::size_t run_with_malformed_data(const PluginUnderTest &plugin, std::string_view service, std::uint64_t seed) {
    SimNet net(seed);
    SimulatedServers servers(net, plugin.descriptor, service, seed);
    PluginHarness harness(servers.plugin_machine(), servers.intercept(plugin.entry), plugin.id, plugin.options);
    harness.node("check@10.0.0.1");
    if (harness.start() != KITH_OK)
        throw RuleViolation("the plugin does not start: " + harness.error() + "; pass its options with --options");
    MalformedDataGenerator malformed(seed);
    run_workload(harness, plugin.descriptor, malformed);
    harness.run_for(2min);
    harness.refresh();
    harness.run_for(std::chrono::milliseconds(malformed.below(60'000)));
    harness.stop();
    for (const auto &rule : harness.violations())
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
        throw TestSkipped(std::string("with these options the plugin sends no request through ") + service +
                          "; pass others with --options");
}

void packets(const TestInput &input) { test_with_malformed_data(input, KITH_UDP); }
void streams(const TestInput &input) { test_with_malformed_data(input, KITH_TCP); }
void answers(const TestInput &input) { test_with_malformed_data(input, KITH_DNS); }
void bodies(const TestInput &input) { test_with_malformed_data(input, KITH_HTTP); }
void programs(const TestInput &input) { test_with_malformed_data(input, KITH_PROCESS); }
void files(const TestInput &input) { test_with_malformed_data(input, KITH_FILE); }

constexpr Test malformed_data_test_table[] = {
    {"packets", "E2", "survives malformed datagrams, also damaged copies of its own", packets},
    {"streams", "E2", "survives TCP peers that send malformed data, or close, reset or abandon connections", streams},
    {"answers", "E2", "survives DNS answers that are malformed, large, or failures", answers},
    {"bodies", "E2", "survives HTTP responses with any status, headers and body, truncated or endless", bodies},
    {"programs", "E2", "survives programs that print malformed data, hang, flood, crash or close their pipes", programs},
    {"files", "E2", "survives files with any content, that change or cannot be read", files},
};

} // namespace

std::span<const Test> malformed_data_tests() noexcept { return malformed_data_test_table; }

} // namespace kith::check
