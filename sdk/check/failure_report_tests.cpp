// SPDX-License-Identifier: MIT
//
// Tests that a strategy reports a failure when it could not query its source. Reporting an empty set instead is the most harmful error of a
// strategy: the host accepts the empty set and disconnects all peers.
#include "simulated_plugin.hpp"
#include "simulated_servers.hpp"

#include <kith/testkit/fail_service.hpp>

#include <kith/service/dns.h>
#include <kith/service/file.h>
#include <kith/service/http.h>
#include <kith/service/process.h>
#include <kith/service/tcp.h>
#include <kith/service/udp.h>

#include <algorithm>

namespace kith::check {

namespace {

using namespace std::chrono_literals;
using testkit::PluginHarness;
using testkit::SimNet;

// An environment in which every query of a source fails. Calls are accepted, and steps that only prepare a query may succeed.
struct FailingEnvironment {
    const char *what;
    std::vector<std::string_view> failing; // services, or single operations of services
    std::int32_t status;                   // result of the failing operations
    bool refusing;                         // servers, programs and files refuse requests
};

const std::vector<std::string_view> all_services = {"tcp", "udp", "http", "dns", "process", "file"};
const std::vector<std::string_view> first_steps = {"tcp.connect", "udp.bind",      "http.request",
                                                   "dns.query",   "process.start", "file.read"};
const std::vector<std::string_view> last_steps = {"tcp.read",  "udp.receive",  "http.read",   "dns.query",
                                                  "file.read", "process.wait", "process.read"};

const FailingEnvironment failing_environments[] = {
    {"every operation of tcp, udp, http, dns, process and file fails", all_services, KITH_IO, false},
    {"no server answers in time", first_steps, KITH_TIMED_OUT, false},
    {"no server can be reached", first_steps, KITH_UNREACHABLE, false},
    {"connections and files break off while they are read", last_steps, KITH_RESET, false},
    {"servers answer 401, 403, 429 and 503 or break off, name servers fail, programs exit with 1 and files cannot be read",
     {},
     KITH_OK,
     true},
};

bool uses_external_source(const kith_descriptor &d) {
    static constexpr std::string_view services[] = {KITH_TCP, KITH_HTTP, KITH_DNS, KITH_PROCESS, KITH_FILE};
    const auto any = [](const kith_str *list, std::uint32_t count) {
        return std::any_of(list, list + count,
                           [](const kith_str &id) { return std::ranges::find(services, view(id)) != std::end(services); });
    };
    return any(d.required, d.required_count) || any(d.optional, d.optional_count);
}

// Returns the number of requests that the plugin made in that environment.
std::size_t run_in_failing_environment(const PluginUnderTest &plugin, const FailingEnvironment &world) {
    SimNet net(plugin.seed);
    SimulatedServers servers(net, plugin, {}, plugin.seed);
    if (world.refusing) servers.fail_all();
    for (const auto name : world.failing) testkit::fail_service(servers.plugin_machine(), name, world.status);
    PluginHarness harness(servers.plugin_machine(), servers.intercept(plugin.entry), plugin.id, plugin.options);
    harness.node("check@10.0.0.1");
    start_or_skip(harness);
    for (int i = 0; i < 4; ++i) {
        harness.run_for(30s);
        harness.refresh();
    }
    harness.run_for(1min);
    harness.stop();
    for (const auto &rule : harness.violations()) throw RuleViolation(rule + " (in an environment where " + world.what + ")");
    return servers.request_count();
}

void honest(const TestInput &input) {
    bool any = false;
    std::size_t asked = 0;
    for_each_plugin(input, [&](const PluginUnderTest &plugin) {
        if (plugin.descriptor.kind != KITH_KIND_STRATEGY || !uses_external_source(plugin.descriptor)) return;
        any = true;
        for (const auto &world : failing_environments) asked += run_in_failing_environment(plugin, world);
    });
    if (!any) throw TestSkipped("it is not a strategy that uses tcp, http, dns, process or file");
    if (asked == 0) throw TestSkipped("with these options the plugin sends no request; pass others with --options");
}

constexpr Test failure_report_test_table[] = {
    {"honest", "E3", "reports a failure and not an empty set when none of its operations succeeded", honest},
};

} // namespace

std::span<const Test> failure_report_tests() noexcept { return failure_report_test_table; }

} // namespace kith::check
