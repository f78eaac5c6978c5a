// SPDX-License-Identifier: MIT
#include "line_format.hpp"

#include <core/cluster/events/event.hpp>
#include <kith/service/log.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace kith::app {

namespace {

std::string_view view(kith_str text) { return {text.data, static_cast<std::size_t>(text.size)}; }

constexpr std::array<std::string_view, 5> names = {"trace", "debug", "info", "warning", "error"};
constexpr std::array<std::string_view, 5> colours = {"\x1b[2m", "\x1b[2m", "", "\x1b[33m", "\x1b[31m"};

void append_digits(std::string &out, std::uint64_t value, int width) {
    char digits[20];
    for (int i = width; i-- > 0; value /= 10) digits[i] = static_cast<char>('0' + value % 10);
    out.append(digits, static_cast<std::size_t>(width));
}

// Local time with milliseconds; the text of the second is cached.
void append_local_time(std::string &out, std::int64_t time) {
    thread_local std::time_t kept = -1;
    thread_local char second[32];
    thread_local std::size_t size = 0;
    const std::time_t now = time / 1'000'000'000;
    if (now != kept) {
        std::tm parts{};
        ::localtime_r(&now, &parts);
        size = std::strftime(second, sizeof second, "%Y-%m-%d %H:%M:%S.", &parts);
        kept = now;
    }
    out.append(second, size);
    append_digits(out, static_cast<std::uint64_t>(time % 1'000'000'000) / 1'000'000, 3);
}

bool plain(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(),
                                        [](char c) { return c > ' ' && c != '"' && c != '\\' && c != '=' && c != 0x7f; });
}

// Appends the text, in quotes when it contains control characters.
void append_clean(std::string &out, std::string_view text) {
    const bool clean =
        std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != 0x7f; });
    if (clean) {
        out += text;
    } else {
        core::append_json_string(out, text);
    }
}

void append_text(std::string &out, bool coloured, const LogLine &line) {
    const std::size_t level = std::min<std::size_t>(line.level, names.size() - 1);
    append_local_time(out, line.time);
    out += ' ';
    if (coloured) out += colours[level];
    out += names[level];
    out.append(8 - names[level].size(), ' ');
    if (!line.who.empty()) {
        append_clean(out, line.who);
        out += ": ";
    }
    append_clean(out, line.message);
    if (coloured && !colours[level].empty()) out += "\x1b[0m";
    for (const kith_attribute &field : line.fields) {
        out += ' ';
        if (plain(view(field.name))) {
            out += view(field.name);
        } else {
            core::append_json_string(out, view(field.name));
        }
        out += '=';
        if (plain(view(field.value))) {
            out += view(field.value);
        } else {
            core::append_json_string(out, view(field.value));
        }
    }
    out += '\n';
}

// Names of the line's own members, which a field must not use.
bool reserved(std::string_view name) { return name == "time" || name == "level" || name == "who" || name == "message"; }

void append_member(std::string &out, std::string_view name, std::string_view value) {
    out += ',';
    core::append_json_string(out, name);
    out += ':';
    core::append_json_string(out, value);
}

void append_json(std::string &out, const LogLine &line) {
    out += R"({"time":)";
    core::append_json_time(out, line.time);
    append_member(out, "level", level_name(line.level));
    if (!line.who.empty()) append_member(out, "who", line.who);
    append_member(out, "message", line.message);
    for (const kith_attribute &field : line.fields) {
        const std::string_view name = view(field.name);
        append_member(out, reserved(name) ? "field_" + std::string(name) : std::string(name), view(field.value));
    }
    out += "}\n";
}

} // namespace

std::string_view level_name(std::uint32_t level) { return names[std::min<std::size_t>(level, names.size() - 1)]; }

void append_line(std::string &out, LogFormat format, const LogLine &line) {
    if (format == LogFormat::json) {
        append_json(out, line);
    } else {
        append_text(out, format == LogFormat::colour, line);
    }
}

} // namespace kith::app
