// SPDX-License-Identifier: MIT
#pragma once

#include <kith/env.hpp>

#include <cstdint>

namespace epmd_names {

/// For a plugin's `static constexpr std::string_view env[]`.
inline constexpr std::string_view port_variable = "ERL_EPMD_PORT";

/// The port of every EPMD: the option if it is not 0, or else ERL_EPMD_PORT, or else 4369. Throws kith::error (KITH_INVALID) for an invalid
/// ERL_EPMD_PORT.
std::uint16_t epmd_port(std::int64_t option, const kith::env &environment);

} // namespace epmd_names
