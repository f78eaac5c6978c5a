// SPDX-License-Identifier: MIT
//
// Fuzzer: any bytes as the reply of an EPMD to NAMES: the parsed names are valid.
#include <epmd_names/names_reply.hpp>

#include <cstdlib>
#include <unordered_set>

using namespace epmd_names;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char *>(data), size);
    const auto reply = parse_reply(bytes);
    if (!reply) {
        if (reply.error().text.empty() || reply.error().text.size() > 512) std::abort();
        for (const char c : reply.error().text)
            if (c < 0x20 || c > 0x7e) std::abort();
        return 0;
    }
    std::unordered_set<std::string> seen;
    for (const Name &name : reply->names)
        if (name.port == 0 || !is_name_part(name.name) || !seen.insert(name.name).second) std::abort();

    // Formatting and parsing it again gives the same.
    std::string again(bytes.substr(0, 4));
    for (const Name &name : reply->names) again += "name " + name.name + " at port " + std::to_string(name.port) + '\n';
    const auto second = parse_reply(again);
    if (!second || second->names != reply->names || second->tools != 0 || second->invalid_names != 0) std::abort();
    return 0;
}
