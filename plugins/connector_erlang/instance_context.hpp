// SPDX-License-Identifier: MIT
//
// The services and the state that the parts of one connector instance share.
#pragma once

#include "distribution_tls.hpp"
#include "issued_challenges.hpp"
#include "refused_peers.hpp"
#include "settings.hpp"

#include <kith/clock.hpp>
#include <kith/env.hpp>
#include <kith/file.hpp>
#include <kith/log.hpp>
#include <kith/random.hpp>
#include <kith/tcp.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace kith::erlang {

struct InstanceContext {
    /// Throws kith::error for options, or an ERL_EPMD_PORT, that are invalid.
    InstanceContext(kith::host h, const kith::log &to);

    kith::host host;
    const kith::log &log;
    kith::clock clock;
    kith::random random;
    kith::tcp net;
    kith::file files;
    kith::env environment;
    Settings settings;
    std::uint16_t epmd_port = 0;
    std::optional<DistributionTls> tls; // nothing: plain TCP
    Challenges challenges;
    RefusedPeers refused;
    std::uint64_t identity = 0; // in the name of every attachment

    /// A random creation, of a kind that nodes accept: 4 and above.
    std::uint32_t new_creation() const noexcept { return static_cast<std::uint32_t>(random()) | 4; }
    std::uint32_t new_challenge() const noexcept { return static_cast<std::uint32_t>(random()); }
    std::string new_tls_greeting() const;
    DistributionTls *tls_or_null() noexcept { return tls ? &*tls : nullptr; }
};

} // namespace kith::erlang
