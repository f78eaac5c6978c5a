// SPDX-License-Identifier: MIT
//
// Reads the relocations of a library: the values that the dynamic linker writes into its data. Used by elf_image.cpp only.
#pragma once

#include "core/loader/elf_image.hpp"

#include <elf.h>

#include <cstring>
#include <type_traits>

namespace kith::core::elf {

/// Reads a value at an offset; empty when it is not within the bytes.
template <class T>
std::optional<T> get(std::span<const std::byte> from, std::uint64_t offset) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (offset > from.size() || from.size() - offset < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, from.data() + offset, sizeof value);
    return value;
}

/// The tables, as the dynamic section describes them.
struct RelocationTables {
    struct Table {
        std::uint64_t address = 0, size = 0;
    };
    Table rela, rel, relr;
    std::span<const std::byte> symbols;
    std::uint64_t tls_size = 0; ///< size of the thread-local storage of the library
};

/// Reads the tables into the image, whose segments must already be set. Relocations of the procedure linkage table are ignored: they do not
/// concern data.
std::optional<Error> read_relocations(const RelocationTables &tables, Image &image);

} // namespace kith::core::elf
