// SPDX-License-Identifier: MIT
//
// Prints the options of a schema as tables, for `kith plugins ID --help` and the READMEs: name, type, default, unit,
// description.
#pragma once

#include <string>
#include <string_view>

namespace kith::core {

// A Markdown table; nested options are listed by their path (tls.verify). Empty when the schema has no options or is invalid.
std::string options_markdown(std::string_view schema);

// The same as plain lines for a terminal of 80 columns or more.
std::string options_text(std::string_view schema);

// The Markdown tables of the configuration file itself. section: "file", "topology", "policy".
std::string configuration_markdown(std::string_view section);

} // namespace kith::core
