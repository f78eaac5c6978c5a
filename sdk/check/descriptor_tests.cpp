// SPDX-License-Identifier: MIT
#include "plugin_test.hpp"
#include "schema_validator.hpp"

#include <kith/hosting/options.hpp>

#include <algorithm>
#include <array>

namespace kith::check {

namespace {

bool small(char c) { return c >= 'a' && c <= 'z'; }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) { return small(c) || (c >= 'A' && c <= 'Z'); }

bool is_id(std::string_view id) {
    return !id.empty() && id.size() <= 64 && small(id[0]) &&
           std::ranges::all_of(id, [](char c) { return small(c) || digit(c) || c == '_'; });
}

// The dot-separated identifiers after `-` or `+` in a semver version. numbers: numeric identifiers must not begin with 0.
bool is_tail(std::string_view text, bool numbers) {
    for (;;) {
        const auto word = text.substr(0, text.find('.'));
        if (word.empty() || !std::ranges::all_of(word, [](char c) { return letter(c) || digit(c) || c == '-'; })) return false;
        if (numbers && word.size() > 1 && word[0] == '0' && std::ranges::all_of(word, digit)) return false;
        if (word.size() == text.size()) return true;
        text.remove_prefix(word.size() + 1);
    }
}

// https://semver.org, version 2.0.0
bool is_version(std::string_view text) {
    for (int part = 0; part < 3; ++part) {
        const auto size = std::min(text.find_first_not_of("0123456789"), text.size());
        if (size == 0 || (size > 1 && text[0] == '0')) return false;
        text.remove_prefix(size);
        if (part == 2) break;
        if (text.empty() || text[0] != '.') return false;
        text.remove_prefix(1);
    }
    const auto build = text.find('+');
    if (build != std::string_view::npos && !is_tail(text.substr(build + 1), false)) return false;
    text = text.substr(0, build);
    return text.empty() || (text[0] == '-' && is_tail(text.substr(1), true));
}

void descriptor(const TestInput &input) {
    const PluginLibrary library(input);
    const auto &entry = library.entry();
    if (entry.create == nullptr) throw RuleViolation("the entry has no create");
    if (entry.descriptor_count == 0) throw RuleViolation("the entry has no descriptors");
    for (const auto *d : library.descriptors()) {
        if (d == nullptr) throw RuleViolation("a descriptor is null");
        const std::string id(view(d->id));
        if (!is_id(id)) throw RuleViolation("the id \"" + id + "\" is not [a-z][a-z0-9_]* of at most 64 bytes");
        if (d->kind < KITH_KIND_STRATEGY || d->kind > KITH_KIND_SINK) throw RuleViolation(id + ": unknown kind");
        if (!is_version(view(d->version)))
            throw RuleViolation(id + ": the version \"" + std::string(view(d->version)) +
                                "\" does not follow https://semver.org");
        if (view(d->licence).empty()) throw RuleViolation(id + ": no licence");
        if (view(d->summary).empty()) throw RuleViolation(id + ": no summary");
        if (d->required_count == 0) throw RuleViolation(id + ": it requires no service, so it cannot report anything");
    }
}

void schema(const TestInput &input) {
    const PluginLibrary library(input);
    for (const auto *d : library.descriptors()) {
        const std::string id(view(d->id));
        if (const auto fault = schema_error(view(d->options)); !fault.empty())
            throw RuleViolation(id + ": in the schema of its options: " + fault);
        const Options schema(view(d->options));
        std::string_view type;
        if (schema.get_string("/type", type) != KITH_OK || type != "object")
            throw RuleViolation(id + ": the schema of its options has no \"type\": \"object\"");
        std::uint64_t count = 0;
        if (schema.size("/properties", count) != KITH_OK) continue;
        for (std::uint64_t i = 0; i < count; ++i) {
            std::string_view name;
            if (schema.member("/properties", i, name) != KITH_OK) continue;
            std::string at("/properties/");
            at.append(name).append("/description");
            if (schema.type(at) != KITH_JSON_STRING)
                throw RuleViolation(id + ": the option \"" + std::string(name) + "\" has no description");
        }
    }
}

constexpr Test descriptor_test_table[] = {
    {"descriptor", "L5", "the descriptors are complete", descriptor},
    {"schema", "L5", "the options are described by a JSON Schema, draft 7, with a description for each", schema},
};

} // namespace

std::span<const Test> descriptor_tests() noexcept { return descriptor_test_table; }

} // namespace kith::check
