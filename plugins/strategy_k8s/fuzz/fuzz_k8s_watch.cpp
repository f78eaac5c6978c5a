// SPDX-License-Identifier: MIT
//
// Fuzzer: events of a watch, of each kind of object: no key is contained twice in the reported changes, and parsing in pieces gives the
// same result.
#include "list_watch_parser.hpp"
#include "peer_set.hpp"

#include <cstdlib>
#include <set>

using namespace k8s;

namespace {

void once(std::set<std::string> &seen, const std::string &key) {
    if (!seen.insert(key).second) std::abort();
}

std::string follow(Lookup lookup, std::string_view text, std::size_t piece) {
    static const Naming naming{Mode::dns, "app", "", "cluster.local"};
    PeerSet peer_set(lookup, naming);
    Changes changes;
    std::string out;
    const auto tell = [&] {
        std::set<std::string> seen;
        for (const auto &peer : changes.upserted) once(seen, peer.key);
        for (const auto &key : changes.missing) once(seen, key);
        for (const auto &key : changes.left) once(seen, key);
        for (const auto &key : seen) out += key + ";";
        changes = {};
    };
    int events = 0;
    WatchParser reader(lookup, [&](Event &event) {
        if (event.kind == Event::Kind::bookmark || event.kind == Event::Kind::error) return;
        if (peer_set.apply(event, changes) == PeerSet::Applied::not_yet) {
            tell();
            if (peer_set.apply(event, changes) == PeerSet::Applied::not_yet) std::abort();
        }
        if (++events % 3 == 0) tell();
    });
    for (std::size_t at = 0; at < text.size(); at += piece) {
        if (!reader.read(text.substr(at, piece))) return out + "refused";
    }
    tell();
    return out + (reader.complete() ? "." : "...");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size < 2) return 0;
    const auto lookup = static_cast<Lookup>(data[0] % 3);
    const std::string_view text(reinterpret_cast<const char *>(data) + 2, size - 2);
    if (follow(lookup, text, text.size() + 1) != follow(lookup, text, data[1] % 64 + 1)) std::abort();
    return 0;
}
