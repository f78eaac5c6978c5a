// SPDX-License-Identifier: MIT
//
// How a heartbeat travels: plain, sealed with libcluster's secret, or authenticated. Each form is written out in README.md.
#pragma once

#include "crypto.hpp"
#include "heartbeat_packet.hpp"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace gossip {

enum class Kind : std::uint8_t { heartbeat = 1, goodbye = 2 };

/// What makes a packet of ours unlike any other of ours. Plain packets have no use for it.
struct Stamp {
    std::uint64_t counter = 0;          ///< grows with each packet of this sender, across its restarts too
    std::int64_t time = 0;              ///< wall clock, milliseconds since 1970
    std::array<std::byte, 16> random{}; ///< fresh
};

/// What was in a packet.
struct Opened {
    enum class Verdict : std::uint8_t {
        good,
        foreign,  ///< sealed with a key we do not have, changed on its way, or no packet of this form at all
        malformed ///< it opened, and holds no heartbeat
    };
    Verdict verdict = Verdict::foreign;
    Kind kind = Kind::heartbeat;
    std::string_view name; ///< of the sender, is_node_name; valid until the next `open`
    std::uint64_t counter = 0;
    std::int64_t time = 0;
    std::string_view why; ///< of what is not good; static
};

class Envelope {
  public:
    virtual ~Envelope() = default;

    [[nodiscard]] virtual Opened open(Bytes packet) = 0;

    /// The packet that says so of that node; valid until the next `write`. A form without a goodbye gives nothing for one.
    [[nodiscard]] virtual Bytes write(Kind kind, std::string_view name, const Stamp &stamp) = 0;

    /// Do counter and time in a packet that opened prove that it is the sender's, and new?
    [[nodiscard]] virtual bool stamped() const noexcept { return false; }
};

/// libcluster's, without a secret.
std::unique_ptr<Envelope> plain_envelope();

/// libcluster's, with one: 16 bytes of IV, and AES-256-CBC with PKCS#7 padding of the plain heartbeat under SHA-256(secret). The first
/// secret seals, all of them open.
std::unique_ptr<Envelope> secret_envelope(const Crypto &crypto, const std::vector<std::string_view> &secrets);

/// Ours: AES-256-GCM. The first secret seals, all of them open.
std::unique_ptr<Envelope> authenticated_envelope(const Crypto &crypto, const std::vector<std::string_view> &secrets);

} // namespace gossip
