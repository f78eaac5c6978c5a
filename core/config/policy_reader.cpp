// SPDX-License-Identifier: MIT
#include <core/config/json_member_or_default.hpp>
#include <core/config/policy_reader.hpp>

namespace kith::core {

using namespace member_or_default;

Policy read_policy(const json::value *value) {
    if (value && value->is_string()) return libcluster_policy();
    Policy policy;
    if (!value || !value->is_object()) return policy;
    const auto time = [&](std::string_view name, Policy::milliseconds &out) {
        out = Policy::milliseconds(integer_in(*value, name, out.count()));
    };
    const auto count = [&](std::string_view name, std::uint32_t &out) {
        out = static_cast<std::uint32_t>(integer_in(*value, name, out));
    };
    policy.name = text_in(*value, "name");
    policy.self = texts_in(*value, "self");
    policy.include = texts_in(*value, "include");
    policy.exclude = texts_in(*value, "exclude");
    policy.merge = text_in(*value, "merge") == "first" ? Merge::first : Merge::union_of_all;
    count("max_peers", policy.max_peers);
    policy.require_authenticated = flag_in(*value, "require_authenticated", policy.require_authenticated);
    time("grace", policy.grace);
    count("confirm", policy.confirm);
    policy.guard = flag_in(*value, "guard", policy.guard);
    policy.max_removal = number_in(*value, "max_removal", policy.max_removal);
    time("removal_window", policy.removal_window);
    time("hold", policy.hold);
    const auto prune = text_in(*value, "prune");
    if (prune == "disconnect") policy.prune = Prune::disconnect;
    if (prune == "keep") policy.prune = Prune::keep;
    if (prune == "report") policy.prune = Prune::report;
    policy.remember = flag_in(*value, "remember", policy.remember);
    count("min_peers", policy.min_peers);
    count("expected_nodes", policy.expected_nodes);
    count("first_looks", policy.first_looks);
    count("links", policy.links); // "all" is 0
    policy.bridge = flag_in(*value, "bridge", policy.bridge);
    count("connect_parallel", policy.connect_parallel);
    time("connect_timeout", policy.connect_timeout);
    time("backoff_initial", policy.backoff_initial);
    time("backoff_max", policy.backoff_max);
    policy.backoff_jitter = number_in(*value, "backoff_jitter", policy.backoff_jitter);
    return policy;
}

} // namespace kith::core
