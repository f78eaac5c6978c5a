// SPDX-License-Identifier: MIT
#include "malformed_data_generator.hpp"

#include <algorithm>
#include <iterator>

namespace kith::check {

namespace {

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

std::string many(std::string_view each, std::size_t count) {
    std::string out = "[";
    for (std::size_t i = 0; i < count; ++i) (out += i == 0 ? "" : ",") += each;
    return out + "]";
}

} // namespace

std::string MalformedDataGenerator::random_bytes(std::size_t most) {
    std::string out(static_cast<std::size_t>(below(most + 1)), '\0');
    for (char &c : out) c = static_cast<char>(below(256));
    return out;
}

std::string MalformedDataGenerator::bytes(std::string_view sample) {
    std::string out(sample);
    if (out.empty() || chance(3)) {
        switch (below(8)) {
        case 0: return {};
        case 1: return std::string(1, static_cast<char>(below(256)));
        case 2: return std::string(4, '\xff') + random_bytes(64);                  // a length of 4 GiB
        case 3: return std::string("\0\0\xff\xff", 4) + random_bytes(64);          // a length of 64 KiB
        case 4: return std::string(static_cast<std::size_t>(below(65'000)), '\0'); // many zero bytes
        case 5: return document();
        case 6: return name() + "\n" + name() + "\r\n" + name();
        default: return random_bytes(2000);
        }
    }
    const auto at = static_cast<std::size_t>(below(out.size()));
    switch (below(6)) {
    case 0: out.resize(at); break;
    case 1: out[at] = static_cast<char>(out[at] ^ (1 << below(8))); break;
    case 2:
        std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(at), std::min<std::size_t>(4, out.size() - at), '\xff');
        break;
    case 3: out.insert(at, random_bytes(32)); break;
    case 4: out += out; break;
    default:
        for (int i = 0; i < 8; ++i) out[static_cast<std::size_t>(below(out.size()))] = static_cast<char>(below(256));
    }
    return out;
}

std::string MalformedDataGenerator::document() {
    static constexpr std::string_view odd[] = {
        "",
        " ",
        "null",
        "true",
        "-1",
        "1e999",
        "123456789012345678901234567890",
        "[]",
        "{}",
        "[null]",
        "[[]]",
        "[{}]",
        "[1, \"a@b\"]",
        "{\"a\": 1, \"a\": 2}",
        "{\"items\": null}",
        "{\"items\": {}}",
        "{\"items\": [null, 1, \"\", [], {}]}",
        "{\"kind\": \"List\", \"metadata\": 7, \"items\": [{\"metadata\": []}]}",
        "{\"peers\": [{\"name\": 1}]}",
        "[{\"name\": \"\\u0000\", \"key\": \"\\ud800\"}]",
        "[{\"name\": \"a\\nb@c\", \"key\": \"\"}]",
        "\xef\xbb\xbf[]",
        "[\"\xff\xfe\"]",
        "[\"\xed\xa0\x80\"]",
        "<html><body>502 Bad Gateway</body></html>",
        "<a><b></a>",
        "{\"a\": ",
        "[\"unfinished",
        "[1,2,3,]",
    };
    switch (below(8)) {
    case 0: return nested(static_cast<std::size_t>(1 + below(100'000)));
    case 1: return many("\"" + name() + "\"", static_cast<std::size_t>(below(5000)));
    case 2: return many("{\"key\": \"k\", \"name\": \"n@h\"}", static_cast<std::size_t>(below(5000)));
    case 3: return "\"" + std::string(static_cast<std::size_t>(below(300'000)), 'x') + "\"";
    case 4: return random_bytes(500);
    default: return std::string(odd[below(std::size(odd))]);
    }
}

std::string MalformedDataGenerator::name() {
    static constexpr std::string_view odd[] = {
        "",
        " ",
        ".",
        "..",
        "@",
        "a@",
        "@h",
        "a@h",
        "a@b@c",
        "app@10.0.0.8",
        "app@fd00::7",
        "app@[fd00::7]",
        "-rf",
        "$(reboot)",
        "a b@h",
        "a\nb@h",
        "a\tb@h",
        "\xc3\xa4@\xc3\xb6",
        "\xff\xfe",
        "\xed\xa0\x80",
        "a/../../b",
        "%s%n",
        "'\"\\",
        "999.1.1.1",
        "0",
        "localhost",
        "10.0.0.1",
    };
    if (chance(8)) return std::string(static_cast<std::size_t>(1 + below(3000)), 'n');
    if (chance(8)) return random_bytes(40);
    return std::string(odd[below(std::size(odd))]);
}

} // namespace kith::check
