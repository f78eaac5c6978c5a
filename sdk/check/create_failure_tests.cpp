// SPDX-License-Identifier: MIT
#include "service_interceptor.hpp"
#include "simulated_plugin.hpp"

#include <kith/hosting/options.hpp>

namespace kith::check {

namespace {

using namespace std::chrono_literals;
using testkit::PluginHarness;
using testkit::SimNet;

void without_services(const TestInput &input) {
    for_each_plugin(input, [](const PluginUnderTest &plugin) {
        static std::string text;
        text.clear();
        kith_host host{};
        host.struct_size = sizeof host;
        host.instance = {"check", 5};
        host.service = [](const kith_host *, kith_str) noexcept -> const void * { return nullptr; };
        host.cancel = [](const kith_host *, std::uint64_t) noexcept -> std::int32_t { return KITH_STALE; };
        host.error = [](const kith_host *, kith_str said) noexcept { text = view(said); };
        host.stopped = [](const kith_host *) noexcept {};
        host.failed = [](const kith_host *, std::int32_t, kith_str) noexcept {};
        const kith_instance *made = nullptr;
        const auto status = plugin.entry.create(&host, plugin.descriptor.id, &made);
        if (status == KITH_OK) throw RuleViolation(plugin.id + ": create succeeds in a host that offers no service");
        if (made != nullptr) throw RuleViolation(plugin.id + ": create failed but set *out");
        if (text.empty()) throw RuleViolation(plugin.id + ": create failed without a text through host->error (E1)");
    });
}

// Starts the plugin in a host that offers all services except one.
void start_without(const PluginUnderTest &plugin, std::string_view missing, bool required) {
    const ServiceInterceptor interceptor(
        plugin.entry, [missing](std::string_view id, const void *table) { return id == missing ? nullptr : table; });
    SimNet net(plugin.seed);
    PluginHarness harness(plugin_machine(net, plugin.input), interceptor.entry(), plugin.id, plugin.options);
    const auto status = harness.start();
    if (status != KITH_OK && !required)
        throw RuleViolation(plugin.id + ": it does not start without the service " + std::string(missing) +
                            ", which is optional: " + harness.error());
    if (status == KITH_OK) {
        harness.run_for(10s);
        harness.stop();
    }
    require_no_violation(harness);
}

void each_service(const TestInput &input) {
    for_each_plugin(input, [](const PluginUnderTest &plugin) {
        const auto &d = plugin.descriptor;
        for (std::uint32_t i = 0; i < d.required_count; ++i) start_without(plugin, view(d.required[i]), true);
        for (std::uint32_t i = 0; i < d.optional_count; ++i) start_without(plugin, view(d.optional[i]), false);
    });
}

void any_options(const TestInput &input) {
    static constexpr const char *odd[] = {"null",   "true",        "-1", "0",      "1e300", "9223372036854775807",
                                          "\"\"",   "\"\\u0000\"", "[]", "[null]", "{}",    "\"a b@c:99999\"",
                                          "[[[]]]", "\"${X}\""};
    for_each_plugin(input, [](const PluginUnderTest &plugin) {
        const Options schema(view(plugin.descriptor.options));
        std::uint64_t count = 0;
        if (schema.size("/properties", count) != KITH_OK) count = 0;
        testkit::Random random(plugin.seed);
        for (int round = 0; round < 200; ++round) {
            std::string options = "{";
            for (std::uint64_t i = 0; i < count; ++i) {
                std::string_view name;
                if (random.below(2) == 0 || schema.member("/properties", i, name) != KITH_OK) continue;
                if (options.size() > 1) options += ", ";
                options += "\"" + std::string(name) + "\": " + odd[random.below(std::size(odd))];
            }
            options += "}";
            SimNet net(plugin.seed);
            PluginHarness harness(plugin_machine(net, plugin.input), plugin.entry, plugin.id, options);
            if (harness.start() == KITH_OK) harness.stop();
            try {
                require_no_violation(harness);
            } catch (const RuleViolation &why) {
                throw RuleViolation(std::string(why.what()) + "; with the options " + options);
            }
        }
    });
}

constexpr Test create_failure_test_table[] = {
    {"without_services", "E1", "create fails with an error text in a host without services", without_services},
    {"each_service", "A1", "without any one service, create fails with an error text or the plugin works", each_service},
    {"any_options", "E1", "unusual option values are accepted, or refused with an error text; no crash", any_options},
};

} // namespace

std::span<const Test> create_failure_tests() noexcept { return create_failure_test_table; }

} // namespace kith::check
