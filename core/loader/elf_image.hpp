// SPDX-License-Identifier: MIT
//
// Reads ELF64 shared libraries: exported and imported symbols, needed libraries, and the data that memory will contain after loading;
// from the file's bytes, before any of its code runs (rules L2, L5). Uses the structures that the dynamic linker uses: program headers,
// the dynamic section, hash tables and relocations. Section headers, which a stripped library may lack, are used only to detect Go. Any
// bytes are safe to read: every access is checked, and allocations are proportional to the size of the file.
#pragma once

#include "core/abort_on_failed_result.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core::elf {

/// Why bytes are not a library for this machine: a phrase to append to the file's name, such as "is not an ELF file".
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

/// An undefined symbol.
struct Import {
    std::string_view name;
    std::string_view version; ///< such as "GLIBC_2.34"; empty: any
    bool weak = false;        ///< the library can be loaded without it
};

/// The stack permissions that the library requires of the process (PT_GNU_STACK).
enum class Stack : std::uint8_t {
    plain,
    executable, ///< PT_GNU_STACK is executable
    unmarked,   ///< no PT_GNU_STACK, which means executable on this machine
};

/// Data as memory will contain it after loading. Pointers into the image are addresses of the image, as if it were loaded at 0.
struct Data {
    std::vector<std::byte> bytes;
    std::vector<std::size_t> pointers; ///< offsets in `bytes` of pointers into the image, in ascending order
    bool complete = true;              ///< false: parts depend on another library or on code, and are not known
    bool constant = true;              ///< false: code of the library can change it when it is loaded
};

/// The parsed library. Strings point into the bytes, which outlive the image.
class Image {
  public:
    static boost::system::result<Image, Error> read(std::span<const std::byte> bytes);

    /// Defined symbols of global, weak or unique binding that are visible outside of the library.
    std::span<const Symbol> exports() const { return exports_; }
    std::span<const Import> imports() const { return imports_; }
    /// DT_NEEDED, such as "libc.so.6".
    std::span<const std::string_view> needed() const { return needed_; }
    /// DT_RUNPATH, or else DT_RPATH: directories separated by colons, with "$ORIGIN" not replaced; empty: none.
    std::string_view run_path() const { return run_path_; }
    Stack stack() const { return stack_; }
    /// Bytes of thread-local storage that must be in the static TLS block of the process: DF_STATIC_TLS, or relocations that need it.
    std::uint64_t static_tls() const { return static_tls_; }
    /// Whether it was built by Go and contains Go's runtime.
    bool has_go() const { return go_; }

    /// `size` bytes at an address as the file contains them, before relocation; zeros for .bss. Empty when the address is not in the
    /// image. `size` is at most 4096.
    std::optional<std::vector<std::byte>> initial(std::uint64_t address, std::size_t size) const;

    /// The same after relocation. `size` is at most 2 MiB.
    std::optional<Data> data(std::uint64_t address, std::size_t size) const;

  private:
    friend class Reader;
    friend class RelocationReader;
    struct Segment {
        std::uint64_t address, memory_size, offset, file_size;
        bool writable;
    };
    /// Eight bytes that the dynamic linker writes when it loads the library.
    struct Relocation {
        std::uint64_t address;
        std::uint64_t value; ///< as if the library were loaded at 0
        enum : std::uint8_t {
            image,     ///< `value` is an address of the image
            in_place,  ///< the bytes in the file are an address of the image
            elsewhere, ///< an address of another library, or computed by code
        } kind;
    };

    std::optional<std::span<const std::byte>> file_data(std::uint64_t address) const;
    const Segment *segment_of(std::uint64_t address, std::size_t size) const;
    std::vector<std::byte> bytes_of(const Segment &segment, std::uint64_t address, std::size_t size) const;
    bool is_constant(const Segment &segment, std::uint64_t address, std::size_t size) const;

    std::span<const std::byte> bytes_;
    std::vector<Segment> segments_;
    std::vector<Symbol> exports_;
    std::vector<Import> imports_;
    std::vector<std::string_view> needed_;
    std::vector<Relocation> relocations_; // in ascending order of addresses
    bool all_relocations_ = true;
    std::string_view run_path_;
    std::uint64_t relro_ = 0, relro_size_ = 0; // read-only after relocation
    std::uint64_t static_tls_ = 0;
    Stack stack_ = Stack::plain;
    bool go_ = false;
};

} // namespace kith::core::elf
