// SPDX-License-Identifier: MIT
//
// Checks the description of a library against the contract of kith/plugin.h: the sizes of its structs (A2), its ABI version and required
// services (A1), and all other members of each descriptor (M1, L5).
#pragma once

#include "core/loader/loader_settings.hpp"
#include "core/loader/plugin_description.hpp"
#include "core/loader/refusal.hpp"

#include <cstddef>
#include <optional>

namespace kith::core {

/// The remedy for a library that violates the contract.
inline constexpr const char *remedy_author =
    "report this to the plugin's author; until it is fixed, remove the file from the plugins directory";

/// The first error; empty: none. The caller fills in the file.
using EntryError = std::optional<Refusal>;

// The sizes in version 1.0; no plugin is older.
inline constexpr std::uint32_t min_entry_size = offsetof(kith_entry, create) + sizeof(kith_entry::create);
inline constexpr std::uint32_t min_descriptor_size = offsetof(kith_descriptor, reserved) + sizeof(kith_descriptor::reserved);
// Limits of one library.
inline constexpr std::uint32_t max_descriptors = 256;
inline constexpr std::uint32_t max_ids = 256;
inline constexpr std::uint64_t max_schema = 1 << 20;

/// Checks the first members of the entry.
EntryError check_head(const EntryHead &head, const LoaderSettings &settings);

/// Checks the entry and all descriptors.
EntryError check_description(const Description &description, const LoaderSettings &settings);

/// A copy of a valid descriptor, without values that only a newer version of the ABI defines.
kith_descriptor known_fields(const kith_descriptor &descriptor, const LoaderSettings &settings, std::uint32_t abi_minor);

} // namespace kith::core
