// SPDX-License-Identifier: MIT
//
// Any text as a configuration. Beside not crashing: an answer is either a configuration or errors, every error has a sentence, what
// was loaded can be rendered and loaded again, and the scanner and Boost.JSON agree on what is JSON.
#include "../test/world.hpp"

#include <core/config/place.hpp>

#include <boost/json/parse.hpp>

#include <cstdint>
#include <cstdlib>
#include <iostream>

using namespace kith::core;

namespace {

void require(bool condition, const char *what, const std::string &more = {}) {
    if (condition) return;
    std::cerr << "fuzz_config: " << what << '\n' << more << '\n';
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    test::World world;
    Diagnostics diagnostics;
    const auto config = load("fuzz", text, world.surroundings(), diagnostics);
    require(config.has_value() == diagnostics.ok(), "neither a configuration nor an error, or both");
    for (const auto *list : {&diagnostics.errors, &diagnostics.warnings}) {
        for (const auto &d : *list) {
            require(!d.message.empty() && d.message.find('\n') == std::string::npos, "a message is empty or has lines");
            require(d.line > 0 || d.column == 0, "a column without a line");
        }
    }
    boost::json::parse(to_json(diagnostics));
    if (config) {
        Diagnostics again;
        const auto shown = render(*config, world.plugins);
        require(boost::json::parse(shown).is_object(), "rendered is no object");
        static_cast<void>(load("again", shown, world.surroundings(), again));
    }

    boost::json::parse_options options;
    options.allow_comments = options.allow_trailing_commas = true;
    boost::json::error_code code;
    const auto body = text.starts_with("\xef\xbb\xbf") ? text.substr(3) : text;
    boost::json::parse({body.data(), body.size()}, code, {}, options);
    const bool well_formed = scan_json(body).well_formed;
    require(code || well_formed, "Boost.JSON reads what the scanner refuses", to_text(diagnostics));
    return 0;
}
