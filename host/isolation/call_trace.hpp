// SPDX-License-Identifier: MIT
//
// A page of memory that kith and the helper share: the call into the plugin that is under way, for the report of a crash. What is in it is
// not trusted: it chooses one of the known names.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace kith::isolation {

struct CallTrace {
    /// 0: no call; else 1 << 16 | table << 8 | function.
    std::atomic<std::uint32_t> call;
    std::atomic<std::uint32_t> instance;
};

/// The name of a call into a plugin, such as "tcp.read" or "create"; empty: no call, or an unknown one.
std::string name_of_call(std::uint32_t call);

} // namespace kith::isolation
