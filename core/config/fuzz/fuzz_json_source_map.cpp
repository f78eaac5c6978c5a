// SPDX-License-Identifier: MIT
//
// Any text as JSON with comments. What Boost.JSON reads, the scanner reads too, and finds each key and value where it stands; what
// the scanner refuses has a fault with its reason and position.
#include "require.hpp"

#include <core/config/json_source_map.hpp>

#include <boost/json/parse.hpp>

#include <cstdint>

using namespace kith::core;
using kith::core::fuzz::require;

namespace {

namespace json = boost::json;

char first_of(const json::value &value) {
    switch (value.kind()) {
    case json::kind::object: return '{';
    case json::kind::array: return '[';
    case json::kind::string: return '"';
    case json::kind::bool_: return value.get_bool() ? 't' : 'f';
    case json::kind::null: return 'n';
    default: return '0';
    }
}

void compare(std::string_view text, const json::value &value, const SourceMap &source_map) {
    require(source_map.value_at < text.size(), "a value stands in the text");
    const char found = text[source_map.value_at], expected = first_of(value);
    const bool number = expected == '0';
    require(number ? found == '-' || (found >= '0' && found <= '9') : found == expected, "a value stands at its place");
    const auto *object = value.if_object();
    require(source_map.members.size() == (object ? object->size() : 0), "the members are the same");
    if (object) {
        for (const auto &[key, member] : *object) {
            const SourceMap *below = source_map.member({key.data(), key.size()});
            require(below != nullptr, "each member has a place");
            require(below->key_at < below->value_at && text[below->key_at] == '"', "a key stands at its place");
            compare(text, member, *below);
        }
    }
    const auto *array = value.if_array();
    require(source_map.elements.size() == (array ? array->size() : 0), "the elements are the same");
    if (array) {
        for (std::size_t i = 0; i < array->size(); ++i) compare(text, (*array)[i], source_map.elements[i]);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    const Scan scan = scan_json(text);
    require(scan.well_formed || !scan.faults.empty(), "what is refused has a fault");
    for (const auto &fault : scan.faults)
        require(fault.at <= size && !fault.message.empty(), "a fault has a position and a sentence");

    json::parse_options options;
    options.allow_comments = options.allow_trailing_commas = true;
    options.max_depth = json_depth_limit;
    boost::system::error_code code;
    const auto value = json::parse({text.data(), text.size()}, code, {}, options);
    if (code) return 0;
    require(scan.well_formed, "the scanner reads what Boost.JSON reads");
    compare(text, value, scan.root);
    return 0;
}
