// SPDX-License-Identifier: MIT
//
// Fuzzer: any bytes as a hosts file. A parsed host is valid in a node's name, and parsing the quoted host gives the same host.
#include "hosts_file_parser.hpp"

#include <epmd_names/names_reply.hpp>

#include <cstdlib>
#include <unordered_set>

using namespace erlang_hosts;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    const auto hosts = parse_hosts_file(text, "f");
    if (!hosts) {
        if (!hosts.error().text.starts_with("f:") || hosts.error().text.size() > 1024) std::abort();
        return 0;
    }
    std::unordered_set<std::string> seen;
    std::string again;
    for (const std::string &host : *hosts) {
        if (!epmd_names::is_name_part(host) || !seen.insert(host).second) std::abort();
        again += '\'';
        for (const char c : host) {
            if (c == '\'' || c == '\\') again += '\\';
            again += c;
        }
        again += "'.\n";
    }
    const auto second = parse_hosts_file(again, "f");
    if (!second || *second != *hosts) std::abort();
    return 0;
}
