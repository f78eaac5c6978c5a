// SPDX-License-Identifier: MIT
//
// Fuzzer: a page of a list, of each kind of object, is parsed or refused; parsing it in pieces gives the same result.
#include "list_watch_parser.hpp"
#include "peer_set.hpp"

#include <cstdlib>

using namespace k8s;

namespace {

// The result as text.
std::string read(Lookup lookup, std::string_view text, std::size_t piece) {
    static const Naming naming{Mode::ip, "app", "", "cluster.local"};
    PeerSet peer_set(lookup, naming);
    peer_set.begin();
    ListParser reader(lookup, [&](Object &object) { peer_set.add(object); });
    for (std::size_t at = 0; at < text.size(); at += piece) {
        if (!reader.read(text.substr(at, piece))) return "refused";
    }
    const auto page = reader.end();
    if (!page) return "incomplete";
    std::string out = page->version + "," + page->next + "," + std::to_string(page->items);
    const ListedPeers listed = peer_set.end();
    for (const kith_peer &peer : listed.peers.all())
        out.append(" ").append(kith::view(peer.key)).append("=").append(kith::view(peer.name));
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size < 2) return 0;
    const auto lookup = static_cast<Lookup>(data[0] % 3);
    const std::string_view text(reinterpret_cast<const char *>(data) + 2, size - 2);
    if (read(lookup, text, text.size() + 1) != read(lookup, text, data[1] % 64 + 1)) std::abort();
    return 0;
}
