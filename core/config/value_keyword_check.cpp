// SPDX-License-Identifier: MIT
#include <core/config/key_path.hpp>
#include <core/config/name_suggestions.hpp>
#include <core/config/schema_accessors.hpp>
#include <core/config/value_keyword_check.hpp>

#include <kith/hosting/url.hpp>
#include <kith/node_name.hpp>

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <vector>

namespace kith::core {

using namespace schema_accessors;
using Form = ValueFault::Form;

namespace {

// A suggestion for a duration such as "1m" given to an option in milliseconds, if the meaning is clear.
std::optional<std::int64_t> milliseconds_in(std::string_view text) {
    std::int64_t count = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (code != std::errc() || count < 0 || count > 1'000'000'000) return std::nullopt;
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    if (unit.empty() || unit == "ms") return count;
    if (unit == "s") return count * 1000;
    if (unit == "m" || unit == "min") return count * 60'000;
    if (unit == "h") return count * 3'600'000;
    return std::nullopt;
}

// A string where another type is expected.
std::string type_hint(const json::value &schema, const json::value &root, std::string_view text) {
    if (text_of(schema, "x-kith-unit") == "ms") {
        const auto meant = milliseconds_in(text);
        return meant ? "; write " + std::to_string(*meant) : std::string();
    }
    return takes_type(schema, root, "array") ? "; write [" + in_quotes(text) + "]" : std::string();
}

std::string enum_hint(const json::array &values, std::string_view text) {
    std::vector<std::string> known;
    for (const auto &value : values) {
        if (value.is_string()) known.emplace_back(view(value.get_string()));
    }
    return did_you_mean(text, known);
}

bool too_large(const json::value &value) {
    if (value.is_uint64()) return value.get_uint64() > static_cast<std::uint64_t>(INT64_MAX);
    return value.is_double() && !std::isfinite(value.get_double());
}

std::uint64_t characters_of(std::string_view text) {
    return static_cast<std::uint64_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

bool has_format(std::string_view text, std::string_view format) {
    std::array<unsigned char, 16> address{};
    const std::string copy(text);
    if (format == "ipv4") return inet_pton(AF_INET, copy.c_str(), address.data()) == 1;
    if (format == "ipv6") return inet_pton(AF_INET6, copy.c_str(), address.data()) == 1;
    return format != "uri" || text.find("://") != std::string_view::npos;
}

std::optional<ValueFault> check_pattern(const std::string &pattern, std::string_view text, PatternCache &patterns) {
    if (text.size() > pattern_text_limit)
        return ValueFault{Form::text, "expected at most " + std::to_string(pattern_text_limit) + " bytes, got " +
                                          std::to_string(text.size())};
    const auto *expression = patterns.find(pattern);
    if (!expression) return ValueFault{Form::text, "the schema's pattern is not valid; report it to the plugin's author"};
    if (!std::regex_search(text.begin(), text.end(), *expression)) return ValueFault{};
    return std::nullopt;
}

} // namespace

std::optional<ValueFault> check_kind(const json::value &schema, const json::value &root, const json::value &value,
                                     bool secret) {
    const bool hinted = value.is_string() && !secret;
    const auto types = own_types(schema);
    if (!types.empty() && std::none_of(types.begin(), types.end(), [&](auto type) { return has_type(value, type); }))
        return ValueFault{Form::expectation, hinted ? type_hint(schema, root, view(value.get_string())) : std::string()};
    if (too_large(value)) return ValueFault{Form::text, "the number is too large"};
    if (const auto *values = member(schema, "enum"); values && values->is_array()) {
        const auto &all = values->get_array();
        if (std::none_of(all.begin(), all.end(), [&](const auto &one) { return same(one, value); }))
            return ValueFault{Form::expectation, hinted ? enum_hint(all, view(value.get_string())) : std::string()};
    }
    if (const auto *one = member(schema, "const"); one && !same(*one, value)) return ValueFault{};
    return std::nullopt;
}

std::optional<ValueFault> check_string(const json::value &schema, std::string_view text, PatternCache &patterns) {
    if (const auto form = node_name_form_of(text_of(schema, "x-kith-node-name")); form && !text.empty()) {
        if (const auto fault = fault_of_node_name(text, *form); !fault.empty())
            return ValueFault{Form::expectation, ": " + std::string(fault)};
    }
    if (flag(schema, "x-kith-url") && !text.empty()) {
        if (const auto fault = Url::fault_of(text); !fault.empty()) return ValueFault{Form::expectation, ": " + fault};
    }
    const std::uint64_t length = characters_of(text);
    if (const auto least = count_of(schema, "minLength"); least && length < *least) {
        if (*least == 1) return ValueFault{};
        return ValueFault{Form::text,
                          "expected at least " + std::to_string(*least) + " characters, got " + std::to_string(length)};
    }
    if (const auto most = count_of(schema, "maxLength"); most && length > *most)
        return ValueFault{Form::text,
                          "expected at most " + std::to_string(*most) + " characters, got " + std::to_string(length)};
    if (const auto pattern = text_of(schema, "pattern"); !pattern.empty()) {
        if (auto fault = check_pattern(std::string(pattern), text, patterns)) return fault;
    }
    if (!has_format(text, text_of(schema, "format"))) return ValueFault{};
    return std::nullopt;
}

std::optional<ValueFault> check_number(const json::value &schema, double value) {
    const auto low = limit_of(schema, "minimum");
    const auto high = limit_of(schema, "maximum");
    const auto above = limit_of(schema, "exclusiveMinimum");
    const auto below = limit_of(schema, "exclusiveMaximum");
    if ((low && value < *low) || (high && value > *high) || (above && value <= *above) || (below && value >= *below))
        return ValueFault{};
    if (const auto step = limit_of(schema, "multipleOf"); step && *step > 0) {
        const auto times = value / *step;
        if (std::fabs(times - std::round(times)) > 1e-9 * std::max(1.0, std::fabs(times)))
            return ValueFault{Form::got, "expected a multiple of " + shown(*step)};
    }
    return std::nullopt;
}

} // namespace kith::core
