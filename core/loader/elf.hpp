// SPDX-License-Identifier: MIT
//
// A small reader of ELF64 shared libraries: what a library exports, imports and needs, told from its bytes, before anything of it
// runs (rule L2). It sees what the dynamic linker sees: program headers, the dynamic section and the hash tables, never the section
// headers, which a stripped library may lack. Any bytes are safe to read: every access is checked, and what is allocated is in
// proportion to the file.
#pragma once

#include "core/failed_result.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core::elf {

/// Why bytes are not a library for this machine: a phrase that follows the file's name, such as "is not an ELF file".
struct Error {
    std::string text;
};
using core::throw_exception_from_error;

enum class Type { none, object, function, other };

struct Symbol {
    std::string_view name;
    std::uint64_t value = 0;
    std::uint64_t size = 0;
    Type type = Type::none;
    bool unique = false; ///< STB_GNU_UNIQUE: one copy for the whole process, and the library can never be unloaded
};

/// What was read. Strings point into the bytes.
class Image {
  public:
    static boost::system::result<Image, Error> read(std::span<const std::byte> bytes);

    /// Defined, of global, weak or unique binding, and visible from outside.
    std::span<const Symbol> exports() const { return exports_; }
    /// Names of undefined symbols, without the version they ask for.
    std::span<const std::string_view> imports() const { return imports_; }
    /// DT_NEEDED, such as "libc.so.6".
    std::span<const std::string_view> needed() const { return needed_; }

    /// The first bytes at an address as the file gives them, before relocation; zeros where the file has none but memory will
    /// (.bss). Nothing when the address is not in the image. `size` is at most 4096.
    std::optional<std::vector<std::byte>> initial(std::uint64_t address, std::size_t size) const;

  private:
    friend class Reader;
    struct Segment {
        std::uint64_t address, memory_size, offset, file_size;
    };

    std::span<const std::byte> bytes_;
    std::vector<Segment> segments_;
    std::vector<Symbol> exports_;
    std::vector<std::string_view> imports_;
    std::vector<std::string_view> needed_;
};

} // namespace kith::core::elf
