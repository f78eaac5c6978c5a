// SPDX-License-Identifier: MIT
#include "plugin_workload.hpp"
#include "simulated_servers.hpp"

#include <kith/service/dns.h>
#include <kith/service/file.h>
#include <kith/service/http.h>
#include <kith/service/process.h>
#include <kith/service/state.h>
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
    SimulatedServers servers(net, plugin, service, seed);
    PluginHarness harness(servers.plugin_machine(), servers.intercept(plugin.entry), plugin.id, plugin.options);
    harness.node("check@10.0.0.1");
    start_or_skip(harness);
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

// Runs the plugin with environment variables of any value and with state that was damaged since it was saved.
void environment(const TestInput &input) {
    bool any = false;
    for_each_plugin(input, [&](const PluginUnderTest &plugin) {
        const kith_descriptor &d = plugin.descriptor;
        const bool has_state = uses(d, KITH_STATE);
        if (d.env_count == 0 && !has_state) return;
        any = true;
        std::string kept;
        for (std::uint64_t round = 0; round < 5 * rounds; ++round) {
            MalformedDataGenerator malformed(plugin.seed + round);
            SimNet net(plugin.seed + round);
            SimulatedServers servers(net, plugin, {}, plugin.seed + round);
            testkit::SimulatedMachine &machine = servers.plugin_machine();
            PluginHarness harness(machine, servers.intercept(plugin.entry), plugin.id, plugin.options);
            harness.node("check@10.0.0.1");
            for (std::uint32_t i = 0; i < d.env_count && round != 0; ++i) {
                const std::string name(view(d.env[i]));
                const auto example = input.environment.find(name);
                const bool odd_name = example == input.environment.end() && malformed.chance(2);
                std::string value =
                    odd_name ? malformed.name() : malformed.bytes(example == input.environment.end() ? "" : example->second);
                std::erase(value, '\0'); // an environment cannot contain it
                if (!malformed.chance(4)) machine.env(name, value);
            }
            if (has_state && round != 0) machine.state("test/source", malformed.bytes(kept));
            if (harness.start() == KITH_OK) {
                harness.run_for(20s);
                harness.stop();
            }
            if (const auto saved = machine.state("test/source"); saved && round == 0) kept = *saved;
            for (const auto &rule : harness.violations())
                if (!is_refused_set(rule) && !rule.starts_with("E3:"))
                    throw RuleViolation(rule + " (with --seed " + std::to_string(plugin.seed + round) + ")");
        }
    });
    if (!any) throw TestSkipped("it declares no environment variable and does not use " KITH_STATE);
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
    {"environment", "E2", "survives environment variables of any value, and saved state that is damaged", environment},
    {"files", "E2", "survives files with any content, that change or cannot be read", files},
};

} // namespace

std::span<const Test> malformed_data_tests() noexcept { return malformed_data_test_table; }

} // namespace kith::check
