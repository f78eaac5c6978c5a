// SPDX-License-Identifier: MIT
//
// Any bytes as an authenticated packet: as they are, and, when the first one is odd, as what was sealed.
#include "envelope.hpp"
#include "sealed_packet.hpp"

using namespace gossip;
using namespace gossip::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    static const auto envelope = authenticated_envelope(crypto(), {"somepassword", secret});
    if (size == 0) return 0;
    const Bytes rest = std::as_bytes(std::span(data + 1, size - 1));
    if (data[0] % 2 == 0) {
        // Who does not have the key seals nothing; the seeds have packets of that key, and whatever is left of them is theirs.
        const Opened found = envelope->open(rest);
        if ((found.verdict == Opened::Verdict::good) != is_node_name(found.name)) std::abort();
        return 0;
    }
    const auto sealed = as_authenticated(rest);
    const Opened found = envelope->open(sealed);
    if (found.verdict == Opened::Verdict::foreign && rest.size() >= 20) std::abort();
    if ((found.verdict == Opened::Verdict::good) != is_node_name(found.name)) std::abort();
    if (found.verdict == Opened::Verdict::good && found.name.size() + 20 != rest.size()) std::abort();
    return 0;
}
