// SPDX-License-Identifier: MIT
#include <core/cluster/membership/glob.hpp>
#include <core/cluster/membership/naming_rules.hpp>

#include <algorithm>
#include <vector>

namespace kith::core {

namespace {

bool any_glob(const std::vector<std::string> &globs, std::string_view name) {
    return std::any_of(globs.begin(), globs.end(), [name](const std::string &glob) { return glob_match(glob, name); });
}

} // namespace

Verdict NamingRules::judge(std::string_view name) const {
    if (name == self_ || any_glob(policy_.self, name)) return Verdict::self;
    if (any_glob(policy_.exclude, name)) return Verdict::excluded;
    if (!policy_.include.empty() && !any_glob(policy_.include, name)) return Verdict::excluded;
    return Verdict::accepted;
}

} // namespace kith::core
