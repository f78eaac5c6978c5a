// SPDX-License-Identifier: MIT
#include <core/cluster/events/event.hpp>
#include <kith/hosting/event_kind.hpp>
#include <kith/hosting/status.hpp>
#include <kith/hosting/utf8.hpp>

#include <charconv>
#include <cstring>
#include <limits>

namespace kith::core {

namespace {

void append_number(std::string &out, std::uint64_t value) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    out.append(digits.data(), end.ptr);
}

void append_padded(std::string &out, std::uint64_t value, std::size_t width) {
    std::array<char, 20> digits{};
    for (std::size_t i = width; i-- > 0; value /= 10) digits[i] = static_cast<char>('0' + value % 10);
    out.append(digits.data(), width);
}

// before: the comma, the name and the colon.
void append_member(std::string &out, std::string_view before, std::string_view value) {
    if (value.empty()) return;
    out += before;
    append_json_string(out, value);
}

constexpr bool is_plain(char c) {
    return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f && c != '"' && c != '\\';
}

// The number of leading bytes that need no escape, as far as eight can be examined together (Warren, "Hacker's Delight", 6-1).
std::size_t plain_words(std::string_view text) {
    constexpr std::uint64_t ones = 0x0101010101010101U, low = 0x7f * ones, high = 0x80 * ones;
    const auto zeros = [](std::uint64_t word) { return ~(((word & low) + low) | word) & high; }; // marks each byte that is 0
    std::size_t at = 0;
    for (std::uint64_t word = 0; text.size() - at >= sizeof word; at += sizeof word) {
        std::memcpy(&word, text.data() + at, sizeof word);
        const std::uint64_t control = ~((word & low) + (0x80 - 0x20) * ones) & high; // marks each byte below a space
        const std::uint64_t others = zeros(word ^ 0x7f * ones) | zeros(word ^ '"' * ones) | zeros(word ^ '\\' * ones);
        if ((control | others | (word & high)) != 0) break;
    }
    return at;
}

} // namespace

void append_json_string(std::string &out, std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    out += '"';
    std::size_t at = 0;
    while (at < text.size()) {
        std::size_t end = at + plain_words(text.substr(at));
        while (end < text.size() && is_plain(text[end])) ++end;
        out.append(text, at, end - at);
        at = end;
        if (at == text.size()) break;
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte >= 0x80) {
            const std::size_t size = utf8_size(text, at);
            if (size == 0) {
                out += "\xEF\xBF\xBD";
                ++at;
            } else {
                out.append(text, at, size);
                at += size;
            }
            continue;
        }
        ++at;
        switch (byte) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default:
            out += "\\u00";
            out += hex[byte >> 4U];
            out += hex[byte & 15U];
        }
    }
    out += '"';
}

void append_json_time(std::string &out, std::int64_t wall) {
    constexpr std::int64_t second = 1'000'000'000;
    constexpr std::int64_t day = 86'400;
    std::int64_t seconds = wall / second;
    std::int64_t rest = wall % second;
    if (rest < 0) {
        rest += second;
        --seconds;
    }
    std::int64_t days = seconds / day;
    std::int64_t in_day = seconds % day;
    if (in_day < 0) {
        in_day += day;
        --days;
    }
    // Civil date of a day number, in eras of 400 years that begin on the first of March.
    days += 719'468;
    const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
    const std::int64_t of_era = days - era * 146'097;
    const std::int64_t year_of_era = (of_era - of_era / 1'460 + of_era / 36'524 - of_era / 146'096) / 365;
    const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t shifted = (5 * of_year + 2) / 153;
    const std::int64_t day_of_month = of_year - (153 * shifted + 2) / 5 + 1;
    const std::int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
    const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);

    std::array<char, 29> text{"\"0000-00-00T00:00:00.000000Z"}; // the final zero byte is replaced by the closing quote
    const auto put = [&text](std::int64_t value, std::size_t last) {
        for (; value != 0; value /= 10) text[last--] = static_cast<char>('0' + value % 10);
    };
    put(year, 4);
    put(month, 7);
    put(day_of_month, 10);
    put(in_day / 3600, 13);
    put(in_day / 60 % 60, 16);
    put(in_day % 60, 19);
    put(rest / 1000, 26);
    text.back() = '"';
    out.append(text.data(), text.size());
}

void append_json(std::string &out, const Event &event, std::uint64_t seq, std::int64_t wall) {
    out += "{\"v\":1,\"seq\":";
    append_number(out, seq);
    out += ",\"time\":";
    append_json_time(out, wall);
    out += ",\"kind\":\"";
    out += event_kind_name(event.kind);
    out += '"';
    append_member(out, R"(,"topology":)", event.topology);
    append_member(out, R"(,"connector":)", event.connector);
    append_member(out, R"(,"source":)", event.source);
    append_member(out, R"(,"peer":)", event.peer);
    append_member(out, R"(,"key":)", event.key);
    append_member(out, R"(,"node":)", event.node);
    if (event.status != KITH_OK) append_member(out, R"(,"status":)", status_slug(event.status));
    append_member(out, R"(,"reason":)", event.reason);
    if (event.has_duration) {
        out += ",\"duration_ms\":";
        append_number(out, event.duration / 1'000'000);
        if (const Time rest = event.duration / 1'000 % 1'000; rest != 0) {
            out += '.';
            append_padded(out, rest, 3);
        }
    }
    if (!event.attributes.empty()) {
        out += ",\"attributes\":{";
        bool first = true;
        for (const auto &attribute : event.attributes) {
            if (!first) out += ',';
            first = false;
            append_json_string(out, attribute.name);
            out += ':';
            append_json_string(out, attribute.value);
        }
        out += '}';
    }
    for (const auto &count : event.counts) {
        out += ",\"";
        out += count.name;
        out += "\":";
        append_number(out, count.value);
    }
    out += '}';
}

} // namespace kith::core
