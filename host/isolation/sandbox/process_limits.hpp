// SPDX-License-Identifier: MIT
//
// Limits of this process: its descriptors, resources and capabilities.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace kith::isolation {

/// Closes all descriptors but these.
void close_other_descriptors(std::initializer_list<int> kept) noexcept;

/// bytes: of private memory; 0: no limit. Not RLIMIT_AS, since address space that is only reserved costs nothing, and not RLIMIT_NPROC,
/// which counts all processes of the user. False with errno: a limit cannot be set.
bool limit_memory(std::uint64_t bytes) noexcept;

/// Limits the number of descriptors, and forbids files that grow, locked memory, message queues and core dumps.
bool limit_resources(std::uint64_t descriptors) noexcept;

/// No capability (of root, too), none by a program that is started, and no process of the same user may read this one's memory. A core
/// dump, in which secrets of the options would be, is not written either, not even to a program (core_pattern).
bool drop_privileges() noexcept;

} // namespace kith::isolation
