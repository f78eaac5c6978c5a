// SPDX-License-Identifier: MIT
#pragma once

#include <kith/env.hpp>

#include <cstdint>

namespace epmd_names {

/// For a plugin's `static constexpr std::string_view env[]`.
inline constexpr std::string_view port_variable = "ERL_EPMD_PORT";

/// The port of every EPMD: the option, when it is not 0; else ERL_EPMD_PORT; else 4369. Throws kith::error for a bad ERL_EPMD_PORT.
std::uint16_t epmd_port(std::int64_t option, const kith::env &environment);

} // namespace epmd_names
