// SPDX-License-Identifier: MIT
//
// Checks of a policy that schema.json cannot express: two members together, globs, the template of names.
#pragma once

#include <core/config/config_file_content.hpp>
#include <core/config/diagnostic_collector.hpp>

#include <string>

namespace kith::core {

// state_dir: of the configuration; empty when there is none.
void check_policy(const FileMember<Policy> &policy, const std::string &state_dir, DiagnosticCollector &collector);

// Whether the pattern is valid. Reports an invalid one, except an empty pattern, which schema.json has reported.
bool check_glob(const std::string &pattern, const SourceLocation &location, DiagnosticCollector &collector);

} // namespace kith::core
