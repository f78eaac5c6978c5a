// SPDX-License-Identifier: MIT
//
// Any text as a configuration. Beside not crashing: an answer is either a configuration or errors, every error has a sentence, and
// what was loaded can be rendered and loaded again. What the text is as JSON alone is fuzz_place's, which is much faster.
#include "../test/config_fixture.hpp"
#include "require.hpp"

#include <boost/json/parse.hpp>

#include <cstdint>

using namespace kith::core;
using kith::core::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    static test::World world; // the same for all: only what was asked of it changes
    static const ConfigInputs inputs = world.inputs();
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    Diagnostics diagnostics;
    const auto config = load("fuzz", text, inputs, diagnostics);
    require(config.has_value() == diagnostics.ok(), "an answer is either a configuration or errors");
    for (const auto *list : {&diagnostics.errors, &diagnostics.warnings}) {
        for (const auto &d : *list) {
            require(!d.message.empty() && d.message.find('\n') == std::string::npos, "a message is one line");
            require(d.line > 0 || d.column == 0, "a column has a line");
        }
    }
    boost::json::parse(to_json(diagnostics));
    if (config) {
        Diagnostics again;
        const auto shown = render(*config, world.plugins);
        require(boost::json::parse(shown).is_object(), "what is rendered is an object");
        static_cast<void>(load("again", shown, inputs, again));
    }
    return 0;
}
