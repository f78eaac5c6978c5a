// SPDX-License-Identifier: MIT
//
// Fuzzer: responses of each Consul endpoint are parsed or refused with an error text, no instance is counted twice, and no two peers have
// the same key or name. The first byte selects the endpoint.
#include "../blocking_query_index.hpp"
#include "../response_parser.hpp"

#include <cstdlib>
#include <set>

using namespace consul;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char *>(data) + 1, size - 1);
    BlockingQueryIndex query_index;
    query_index.update(text.substr(0, 24), text.size() > 24 ? text.substr(24, 24) : std::string_view());
    if (query_index.parameter() == "index=0" || query_index.blocks() == query_index.parameter().empty()) std::abort();
    if (const auto names = read_datacenters(text); !names && names.error().text.empty()) std::abort();

    Listing listing;
    listing.endpoint = static_cast<Endpoint>(data[0] % 3);
    listing.expected = (data[0] & 64) != 0 ? Expected::host : Expected::ip;
    listing.passing = (data[0] & 128) != 0;
    const auto found = read_instances(text, listing, listing.endpoint == Endpoint::agent && (data[0] & 32) != 0);
    if (!found) {
        if (found.error().text.empty()) std::abort();
        return 0;
    }
    const Found *lists[] = {&*found, &*found};
    const NamedPeers named = name_peers(lists, "app");
    std::set<std::string_view> keys, names;
    for (const auto &peer : named.peers) {
        if (!keys.insert(peer.key).second || !names.insert(peer.name).second || peer.name.size() <= 4) std::abort();
    }
    if (named.peers.size() > found->instances.size()) std::abort();
    return 0;
}
