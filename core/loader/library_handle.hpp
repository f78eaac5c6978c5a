// SPDX-License-Identifier: MIT
//
// What a library holds open.
#pragma once

#include "core/loader/dynamic_library.hpp"
#include "core/loader/library.hpp"

namespace kith::core {

struct Library::Handle {
    Fd copy; // sealed; empty after it is opened
    DynamicLibrary opened;
    Handle *next = nullptr;
};

} // namespace kith::core
