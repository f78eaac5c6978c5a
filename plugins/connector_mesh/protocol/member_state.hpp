// SPDX-License-Identifier: MIT
//
// What one member knows of another: whether it is there, and where it listens.
#pragma once

#include <cstdint>
#include <string>

namespace kith::mesh {

enum class State : std::uint8_t { unknown, up, down, left, restarting };

struct Endpoint {
    std::string address; // empty: the host part of the name
    std::uint16_t port = 0;
};

} // namespace kith::mesh
