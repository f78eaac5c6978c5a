// SPDX-License-Identifier: MIT
//
// Fuzzer: output of a program: the host accepts every parsed peer, every refusal has a printable reason, and parsing in pieces gives the
// same sets.
#include "exec_command/peer_output_parser.hpp"

#include <kith/hosting/peer_and_link_readers.hpp>
#include <kith/hosting/utf8.hpp>

#include <cstdlib>
#include <set>

namespace {

void must(bool good) {
    if (!good) std::abort();
}

std::vector<std::string> sets_of(std::string_view text, std::size_t piece) {
    exec::PeerSetSplitter sets;
    std::vector<std::string> out;
    for (std::size_t at = 0; at < text.size(); at += piece) {
        sets.add(text.substr(at, piece));
        while (auto one = sets.next()) out.push_back(*std::move(one));
    }
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char *>(data) + 1, size - 1);
    must(sets_of(text, 1 + data[0]) == sets_of(text, size));

    const auto output = exec::parse_peer_output(text);
    if (!output) {
        must(output.status() == KITH_PROTOCOL && !output.error().text.empty());
        for (const char c : output.error().text) must(static_cast<unsigned char>(c) >= ' ' && c != 0x7f);
        return 0;
    }
    kith::PeerReader reader;
    const kith::detail::peers_view peers(output->peers);
    must(reader.read(peers.data(), peers.size(), sizeof(kith_peer)) == KITH_OK);
    std::set<std::string> keys;
    for (const auto &peer : output->peers) must(keys.insert(peer.key).second);
    return 0;
}
