// SPDX-License-Identifier: MIT
//
// The formats of packets: plain, encrypted with libcluster's secret, or authenticated. README.md describes each format.
#pragma once

#include "crypto.hpp"
#include "heartbeat_packet.hpp"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace gossip {

enum class Kind : std::uint8_t { heartbeat = 1, goodbye = 2 };

/// The values that make each packet of this sender unique. Plain packets do not use them.
struct Stamp {
    std::uint64_t counter = 0;          ///< increases with each packet of this sender, also across restarts
    std::int64_t time = 0;              ///< wall clock, milliseconds since 1970
    std::array<std::byte, 16> random{}; ///< new for each packet
};

/// The contents of a packet.
struct Opened {
    enum class Verdict : std::uint8_t {
        good,
        foreign,  ///< encrypted with an unknown key, changed in transit, or not a packet of this format
        malformed ///< it was opened and contains no heartbeat
    };
    Verdict verdict = Verdict::foreign;
    Kind kind = Kind::heartbeat;
    std::string_view name; ///< of the sender, is_node_name; valid until the next `open`
    std::uint64_t counter = 0;
    std::int64_t time = 0;
    std::string_view why; ///< reason of `foreign` and `malformed`; static
};

class Envelope {
  public:
    virtual ~Envelope() = default;

    [[nodiscard]] virtual Opened open(Bytes packet) = 0;

    /// Builds the packet of this kind for a node; valid until the next `write`. A format without a goodbye returns nothing for
    /// it.
    [[nodiscard]] virtual Bytes write(Kind kind, std::string_view name, const Stamp &stamp) = 0;

    /// Whether the counter and time of an opened packet are authenticated.
    [[nodiscard]] virtual bool stamped() const noexcept { return false; }
};

/// The format of libcluster without a secret.
std::unique_ptr<Envelope> plain_envelope();

/// The format of libcluster with a secret: 16 bytes of IV, and the plain heartbeat in AES-256-CBC with PKCS#7 padding under
/// SHA-256(secret). The first secret encrypts; every secret can decrypt.
std::unique_ptr<Envelope> secret_envelope(const Crypto &crypto, const std::vector<std::string_view> &secrets);

/// The format of kith: AES-256-GCM. The first secret encrypts; every secret can decrypt.
std::unique_ptr<Envelope> authenticated_envelope(const Crypto &crypto, const std::vector<std::string_view> &secrets);

} // namespace gossip
