// SPDX-License-Identifier: MIT
//
// What a plugin says about itself, held against the contract of kith/plugin.h: the sizes of its structs (A2), its ABI version and the
// services it cannot do without (A1), and the rest of each descriptor (L5).
#pragma once

#include "core/loader/library.hpp"

#include <optional>

namespace kith::core {

/// What an operator can do about a library that breaks the contract of the header.
inline constexpr const char *remedy_author =
    "tell the plugin's author; until it is mended, remove the file from the plugins directory";

/// What is wrong; the file is filled in by the caller.
using EntryFault = std::optional<Refusal>;

/// The four numbers that an entry begins with. They can be looked at in the file, before anything of the plugin runs.
struct EntryHead {
    std::uint32_t struct_size, abi_major, abi_minor, descriptor_count;
};
EntryFault check_head(const EntryHead &head, const Offer &offer);

/// What lies behind the head: `create` and the array.
EntryFault check_entry(const kith_entry &entry);

/// One descriptor. `copy` gets as much of it as we know; the rest of `copy` is zero.
EntryFault check_descriptor(const kith_descriptor *given, const kith_entry &entry, const Offer &offer, kith_descriptor &copy);

/// A copy that is as long as the plugin's own struct, and zero behind it. `given` has at least `struct_size` bytes, its first member.
kith_entry copy_entry(const kith_entry &given);

} // namespace kith::core
