// SPDX-License-Identifier: MIT
//
// Fuzzer: responses with credentials are parsed, and valid in a header, or refused with an error text; also their times.
#include "../credentials_parser.hpp"

#include <algorithm>
#include <cstdlib>

using namespace ec2;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    const auto got = parse_credentials(text);
    if (!got && got.error().text.empty()) std::abort();
    if (got) {
        if (got->id.empty() || got->secret.empty()) std::abort();
        for (const std::string *one : {&got->id, &got->secret, &got->token}) {
            if (!std::ranges::all_of(*one, [](char c) { return c > 0x20 && c < 0x7f; })) std::abort();
        }
    }
    if (const auto when = parse_time(text); when && signing_time(*when).size() != 16) std::abort();
    (void)parse_http_date(text);
    return 0;
}
