// SPDX-License-Identifier: MIT
//
// The library of this process, loaded from the sealed copy that kith has checked.
#pragma once

#include <core/file_descriptor.hpp>
#include <core/loader/dynamic_library.hpp>
#include <kith/plugin.h>

#include <string>
#include <string_view>

namespace kith::isolation {

struct PluginLibrary {
    core::DynamicLibrary opened;
    const kith_entry *entry = nullptr;
    std::string refusal; ///< why it cannot be used; empty: it can

    /// file: its path, for $ORIGIN. description: as kith has read it from the file (rule L5).
    static PluginLibrary load(core::Fd copy, const std::string &file, std::string_view description);
};

} // namespace kith::isolation
