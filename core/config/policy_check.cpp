// SPDX-License-Identifier: MIT
#include <core/config/policy_check.hpp>

#include <core/cluster/membership/glob.hpp>
#include <core/cluster/membership/name_template.hpp>

#include <string_view>
#include <vector>

namespace kith::core {

bool check_glob(const std::string &pattern, const SourceLocation &location, DiagnosticCollector &collector) {
    if (pattern.empty()) return false;
    const auto fault = glob_error(pattern);
    if (!fault.empty()) collector.error(location.at, location.path, fault);
    return fault.empty();
}

void check_policy(const FileMember<Policy> &entry, const std::string &state_dir, DiagnosticCollector &collector) {
    const Policy &policy = entry.value;
    const auto error = [&](std::string_view key, const std::string &message) {
        const auto where = entry.location / key;
        collector.error(where.at, where.path, message);
    };
    if (policy.backoff_initial > policy.backoff_max) {
        error("backoff_initial", "expected at most backoff_max (" + std::to_string(policy.backoff_max.count()) + "), got " +
                                     std::to_string(policy.backoff_initial.count()));
    }
    if (policy.min_peers > policy.max_peers) {
        error("min_peers",
              "expected at most max_peers (" + std::to_string(policy.max_peers) + "), got " + std::to_string(policy.min_peers));
    }
    if (policy.remember && state_dir.empty()) {
        error("remember", "expected a `state_dir` to keep the peers in, at the top level of this file or, under systemd, by "
                          "StateDirectory= ($STATE_DIRECTORY); there is none");
    }
    if (const auto fault = NameTemplate::error(policy.name); !fault.empty()) error("name", fault);
    const auto globs = [&](std::string_view key, const std::vector<std::string> &all) {
        for (std::size_t i = 0; i < all.size(); ++i) check_glob(all[i], entry.location / key / i, collector);
    };
    globs("self", policy.self);
    globs("include", policy.include);
    globs("exclude", policy.exclude);
}

} // namespace kith::core
