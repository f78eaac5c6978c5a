// SPDX-License-Identifier: MIT
//
// A small reader of ELF64 shared libraries: what a library exports, imports and needs, and what its data will be once it is loaded, read
// from its bytes before anything of it runs (rules L2, L5). It reads what the dynamic linker reads: program headers, the dynamic section, the hash
// tables and the relocations; section headers, which a stripped library may lack, only to find Go's mark. Any bytes are safe to
// read: every access is checked, and what is allocated is in proportion to the file.
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

/// An undefined symbol.
struct Import {
    std::string_view name;
    std::string_view version; ///< such as "GLIBC_2.34"; empty: any
    bool weak = false;        ///< the library loads without it
};

/// What the library asks of the stacks of the process that loads it (PT_GNU_STACK).
enum class Stack : std::uint8_t {
    plain,
    executable, ///< it asks for it
    unmarked,   ///< it has no mark, which counts as executable on this machine
};

/// Data as it will be in memory. A pointer within the image is an address of the image, as if it were loaded at 0.
struct Data {
    std::vector<std::byte> bytes;
    std::vector<std::size_t> pointers; ///< where in `bytes` there is the address of something in the image, in order
    bool complete = true; ///< false: some of it depends on another library or on code, and is not what memory will hold
    bool constant = true; ///< false: code of the library could change it when it is loaded
};

/// What was read. Strings point into the bytes.
class Image {
  public:
    static boost::system::result<Image, Error> read(std::span<const std::byte> bytes);

    /// Defined, of global, weak or unique binding, and visible from outside.
    std::span<const Symbol> exports() const { return exports_; }
    std::span<const Import> imports() const { return imports_; }
    /// DT_NEEDED, such as "libc.so.6".
    std::span<const std::string_view> needed() const { return needed_; }
    /// DT_RUNPATH, else DT_RPATH: directories with colons between them, "$ORIGIN" as it was written; empty when there is none.
    std::string_view run_path() const { return run_path_; }
    Stack stack() const { return stack_; }
    /// Bytes of thread-local storage that must fit into what the process has reserved (DF_STATIC_TLS).
    std::uint64_t static_tls() const { return static_tls_; }
    /// It was built by Go, and brings Go's runtime.
    bool has_go() const { return go_; }

    /// The first bytes at an address as the file gives them, before relocation; zeros where the file has none but memory will
    /// (.bss). Nothing when the address is not in the image. `size` is at most 4096.
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
    /// Eight bytes that the dynamic linker will write.
    struct Relocation {
        std::uint64_t address;
        std::uint64_t value; ///< as if the library were loaded at 0
        enum : std::uint8_t {
            image,     ///< `value` is an address of the image
            in_place,  ///< so is what the file has there
            elsewhere, ///< it is an address of another library, or made by code
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
    std::vector<Relocation> relocations_; // in the order of their addresses
    bool all_relocations_ = true;
    std::string_view run_path_;
    std::uint64_t relro_ = 0, relro_size_ = 0; // read-only once relocated
    std::uint64_t static_tls_ = 0;
    Stack stack_ = Stack::plain;
    bool go_ = false;
};

} // namespace kith::core::elf
