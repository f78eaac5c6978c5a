// SPDX-License-Identifier: MIT
//
// Any bytes as a file of peers, as they are and with an end that fits them, which no fuzzer finds by itself. What is read can be
// written, and is the same when it is read again.
#include <core/config/fuzz/require.hpp>
#include <core/engine/remembered_peers_format.hpp>

using namespace kith::core;
using kith::core::fuzz::require;

namespace {

void check(std::string_view text) {
    const auto known = read_remembered_peers(text);
    if (!known) return require(known.error().text.starts_with("line "), "what is wrong is told with its line");
    RememberedPeersWriter writer(known->name);
    for (const RememberedSource &source : known->sources) {
        writer.source(source.name, source.strategy, source.config, source.seen);
        for (const RememberedPeer &peer : source.peers) {
            std::vector<kith::AttributeView> attributes;
            for (const auto &[name, value] : peer.attributes) attributes.push_back({name, value});
            writer.peer({peer.key, peer.name, attributes, 0});
        }
    }
    const auto again = read_remembered_peers(writer.finish());
    require(again.has_value() && *again == *known, "what was read and written is read again");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    std::string text(reinterpret_cast<const char *>(data), size);
    check(text);
    int peers = 0;
    for (std::size_t at = text.find("\n{\"key\""); at != std::string::npos; at = text.find("\n{\"key\"", at + 1)) ++peers;
    if (!text.ends_with('\n')) text += '\n';
    const std::string sum = sum_of(text);
    check(text + "{\"peers\":" + std::to_string(peers) + ",\"sum\":\"" + sum + "\"}\n");
    return 0;
}
