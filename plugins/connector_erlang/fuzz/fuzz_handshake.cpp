// SPDX-License-Identifier: MIT
//
// Any bytes as what a node says in a handshake, in pieces. The first byte tells the size of the pieces and whether it is a probe. A
// node that does not know the cookie is never let in, and a challenge of ours is never answered.
#include "handshake.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace kith::erlang;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size == 0) return 0;
    const bool probe = (data[0] & 0x80) != 0;
    const std::size_t piece = 1 + (data[0] & 0x7f);
    const std::string_view bytes(reinterpret_cast<const char *>(data) + 1, size - 1);
    Challenges challenges;
    challenges.issued(0x01020304);
    Dialler::Config config;
    config.name = "kith-0123456789abcdef@h";
    config.peer = "a";
    config.cookie = Cookie("a cookie that no corpus has");
    config.challenge = 0x0a0b0c0d;
    config.stop_at_challenge = probe;
    Dialler dialler(std::move(config), challenges);
    std::string output = dialler.take_output();
    std::size_t written = output.size();
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        dialler.feed(bytes.substr(at, piece));
        output = dialler.take_output();
        if (probe && output.size() > sizeof "..strue" - 1) std::abort(); // no digest
        written += output.size();
    }
    if (written > 200) std::abort();
    if (!probe && dialler.state() == Dialler::State::done) std::abort();
    (void)to_string(dialler.fault());
    (void)dialler.rest();
    dialler.closed();
    if (dialler.state() == Dialler::State::going) std::abort();
    return 0;
}
