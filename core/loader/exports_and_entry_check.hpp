// SPDX-License-Identifier: MIT
//
// Checks the image of a plugin before it is loaded: its exports (rule L2) and the first members of its entry (rules A1, A2).
#pragma once

#include "core/loader/elf_image.hpp"
#include "core/loader/loader_settings.hpp"
#include "core/loader/refusal.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>

namespace kith::core {

inline constexpr const char *entry_symbol = "kith_plugin_entry";

/// Returns a refusal, or nothing and sets `address` to the address of kith_plugin_entry.
std::optional<Refusal> check_exports_and_entry(const elf::Image &image, const std::filesystem::path &file,
                                               const LoaderSettings &settings, std::uint64_t &address);

} // namespace kith::core
