// SPDX-License-Identifier: MIT
//
// What a plugin says about itself, held against the contract of kith/plugin.h: the sizes of its structs (A2), its ABI version and the
// services it cannot do without (A1), and the rest of each descriptor (L5).
#pragma once

#include "core/loader/loader_settings.hpp"
#include "core/loader/plugin_description.hpp"
#include "core/loader/refusal.hpp"

#include <cstddef>
#include <optional>

namespace kith::core {

/// What an operator can do about a library that breaks the contract of the header.
inline constexpr const char *remedy_author =
    "tell the plugin's author; until it is mended, remove the file from the plugins directory";

/// What is wrong; the file is filled in by the caller.
using EntryError = std::optional<Refusal>;

// What version 1.0 had; no plugin is older.
inline constexpr std::uint32_t min_entry_size = offsetof(kith_entry, create) + sizeof(kith_entry::create);
inline constexpr std::uint32_t min_descriptor_size = offsetof(kith_descriptor, reserved) + sizeof(kith_descriptor::reserved);
// The most that one has.
inline constexpr std::uint32_t max_descriptors = 256;
inline constexpr std::uint32_t max_ids = 256;
inline constexpr std::uint64_t max_schema = 1 << 20;

EntryError check_head(const EntryHead &head, const LoaderSettings &settings);

/// All of it.
EntryError check_description(const Description &description, const LoaderSettings &settings);

/// A descriptor that passed, with what this kith does not know of it taken out.
kith_descriptor known_fields(const kith_descriptor &descriptor, const LoaderSettings &settings, std::uint32_t abi_minor);

} // namespace kith::core
