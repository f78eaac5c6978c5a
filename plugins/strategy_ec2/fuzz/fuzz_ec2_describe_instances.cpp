// SPDX-License-Identifier: MIT
//
// Fuzzer: responses of EC2 are parsed or refused with an error text, and no two peers have the same key or name.
#include "../describe_instances_parser.hpp"
#include "../peer_naming.hpp"

#include <cstdlib>
#include <set>

using namespace ec2;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char *>(data) + 1, size - 1);
    std::string xml(text);
    auto page = parse_page(xml, "cluster");
    if (!page) {
        if (page.error().text.empty()) std::abort();
        xml = text;
        (void)parse_error_response(xml);
        return 0;
    }
    Naming naming{static_cast<AddressType>(data[0] % 5), {}, "app", "{app_prefix}@{ip}"};
    if (data[0] >= 128) naming.interface = data[0] % 3;
    std::set<std::string_view> keys, names;
    const NamedPeers named = name_peers(page->instances, naming);
    for (const kith_peer &peer : named.peers.all()) {
        if (!keys.insert(kith::view(peer.key)).second || !names.insert(kith::view(peer.name)).second) std::abort();
    }
    std::size_t all = named.peers.size();
    for (const auto count : named.left_out) all += count;
    if (all > page->instances.size()) std::abort();
    return 0;
}
