// SPDX-License-Identifier: MIT
//
// The first message to a helper, about its library.
#pragma once

#include "hello.hpp"
#include "sandbox/profile.hpp"

#include <core/loader/library.hpp>
#include <kith/result.hpp>

namespace kith::isolation {

/// memory: bytes; 0: no limit.
inline std::string hello_message(const core::Library &library, std::uint64_t memory, Profile profile) {
    const std::string description = library.serialized_description();
    Hello hello;
    hello.build = str(build_id);
    hello.file = str(library.file());
    hello.description = str(description);
    hello.memory = memory;
    hello.profile = static_cast<std::uint8_t>(profile);
    return own_message(ToHelper::hello, hello);
}

} // namespace kith::isolation
