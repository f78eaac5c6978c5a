// SPDX-License-Identifier: MIT
//
// Any bytes as a packet of libcluster with a secret: as they are, and, when the first one is odd, as what was sealed.
#include "envelope.hpp"
#include "sealed_packet.hpp"

using namespace gossip;
using namespace gossip::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    static const auto envelope = secret_envelope(crypto(), {"somepassword", secret});
    static const auto plain = plain_envelope();
    if (size == 0) return 0;
    const Bytes rest = std::as_bytes(std::span(data + 1, size - 1));
    if (data[0] % 2 == 0) {
        const Opened found = envelope->open(rest);
        if ((found.verdict == Opened::Verdict::good) != is_node_name(found.name)) std::abort();
        return 0;
    }
    const auto sealed = as_secret(rest);
    const Opened found = envelope->open(sealed), expected = plain->open(rest);
    if (found.verdict != expected.verdict || found.name != expected.name) std::abort();
    return 0;
}
