// SPDX-License-Identifier: MIT
//
// Any bytes as a plain heartbeat.
#include "envelope.hpp"

#include <cstdlib>

using namespace gossip;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    static const auto envelope = plain_envelope();
    const Opened found = envelope->open(std::as_bytes(std::span(data, size)));
    if ((found.verdict == Opened::Verdict::good) != is_node_name(found.name)) std::abort();
    if ((found.verdict == Opened::Verdict::good) != found.why.empty()) std::abort();
    if (found.verdict != Opened::Verdict::good) return 0;
    const Bytes written = envelope->write(Kind::heartbeat, found.name, {});
    if (written.size() > max_plain || envelope->open(written).name != found.name) std::abort();
    return 0;
}
