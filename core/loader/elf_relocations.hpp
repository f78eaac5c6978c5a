// SPDX-License-Identifier: MIT
//
// The relocations of a library: what the dynamic linker writes into its data. For elf.cpp only.
#pragma once

#include "core/loader/elf_image.hpp"

#include <elf.h>

#include <cstring>
#include <type_traits>

namespace kith::core::elf {

/// A value in bytes; nothing when it does not lie within them.
template <class T>
std::optional<T> get(std::span<const std::byte> from, std::uint64_t offset) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (offset > from.size() || from.size() - offset < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, from.data() + offset, sizeof value);
    return value;
}

/// As the dynamic section describes them.
struct RelocationTables {
    struct Table {
        std::uint64_t address = 0, size = 0;
    };
    Table rela, rel, relr;
    std::span<const std::byte> symbols;
};

/// Reads the tables into the image, whose segments are known. Those of the procedure linkage table are left out: no data of
/// a plugin's description is bound through it.
std::optional<Error> read_relocations(const RelocationTables &tables, Image &image);

} // namespace kith::core::elf
