// SPDX-License-Identifier: MIT
//
// The reference of a schema's options, for `kith plugins ID --help` and the READMEs: name, type, default, unit, sentence.
#pragma once

#include <string>
#include <string_view>

namespace kith::core {

// A table in markdown, nested options by their path (tls.verify). Empty when the schema has no options or is none.
std::string options_markdown(std::string_view schema);

// The same in plain lines for a terminal of 80 columns or more.
std::string options_text(std::string_view schema);

// The same tables for the configuration file itself. section: "file", "topology", "policy".
std::string configuration_markdown(std::string_view section);

} // namespace kith::core
