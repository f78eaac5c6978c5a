// SPDX-License-Identifier: MIT
#include "core/loader/elf_relocations.hpp"

#include <algorithm>

namespace kith::core::elf {

namespace {

// More than any plugin has. Without a limit, a RELR table gives 63 relocations for each eight bytes of the file.
constexpr std::size_t max_relocations = 1 << 20;
constexpr std::size_t max_data = std::size_t{2} << 20;
constexpr std::uint64_t word = 8;

// Missing in some versions of elf.h.
#ifndef R_RISCV_64
#define R_RISCV_64 2
#endif

enum class RelocationClass { relative, symbol, static_tls, other };

RelocationClass class_of(std::uint64_t type) {
#if defined(__x86_64__)
    switch (type) {
    case R_X86_64_RELATIVE: return RelocationClass::relative;
    case R_X86_64_64:
    case R_X86_64_GLOB_DAT: return RelocationClass::symbol;
    case R_X86_64_TPOFF64: return RelocationClass::static_tls;
    default: return RelocationClass::other;
    }
#elif defined(__aarch64__)
    switch (type) {
    case R_AARCH64_RELATIVE: return RelocationClass::relative;
    case R_AARCH64_ABS64:
    case R_AARCH64_GLOB_DAT: return RelocationClass::symbol;
    case R_AARCH64_TLS_TPREL: return RelocationClass::static_tls;
    default: return RelocationClass::other;
    }
#elif defined(__riscv)
    switch (type) {
    case R_RISCV_RELATIVE: return RelocationClass::relative;
    case R_RISCV_64: return RelocationClass::symbol;
    case R_RISCV_TLS_TPREL64: return RelocationClass::static_tls;
    default: return RelocationClass::other;
    }
#elif defined(__powerpc64__)
    switch (type) {
    case R_PPC64_RELATIVE: return RelocationClass::relative;
    case R_PPC64_ADDR64:
    case R_PPC64_GLOB_DAT: return RelocationClass::symbol;
    case R_PPC64_TPREL64: return RelocationClass::static_tls;
    default: return RelocationClass::other;
    }
#elif defined(__s390x__)
    switch (type) {
    case R_390_RELATIVE: return RelocationClass::relative;
    case R_390_64:
    case R_390_GLOB_DAT: return RelocationClass::symbol;
    case R_390_TLS_TPOFF: return RelocationClass::static_tls;
    default: return RelocationClass::other;
    }
#endif
}

} // namespace

class RelocationReader {
  public:
    RelocationReader(const RelocationTables &tables, Image &image) : tables_(tables), image_(image) {}

    std::optional<Error> run() {
        if (!read_entries<Elf64_Rela>(tables_.rela) || !read_entries<Elf64_Rel>(tables_.rel) || !read_packed())
            return Error{"is a damaged ELF file: its relocations are outside of the file"};
        // Linkers sort the relative relocations, which come first and are most of them.
        auto &all = image_.relocations_;
        const auto unsorted = std::ranges::is_sorted_until(all, {}, &Image::Relocation::address);
        std::ranges::stable_sort(unsorted, all.end(), {}, &Image::Relocation::address);
        std::ranges::inplace_merge(all, unsorted, {}, &Image::Relocation::address);
        return std::nullopt;
    }

  private:
    using Relocation = Image::Relocation;

    std::optional<std::span<const std::byte>> content(const RelocationTables::Table &table) const {
        if (table.size == 0) return std::span<const std::byte>();
        const auto data = image_.file_data(table.address);
        if (!data || data->size() < table.size) return std::nullopt;
        return data->first(table.size);
    }

    bool add(const Relocation &relocation) {
        if (image_.relocations_.size() == max_relocations) return image_.all_relocations_ = false;
        image_.relocations_.push_back(relocation);
        return true;
    }

    template <class Entry>
    bool read_entries(const RelocationTables::Table &table) {
        const auto data = content(table);
        if (!data) return false;
        for (std::uint64_t at = 0; const auto entry = get<Entry>(*data, at); at += sizeof(Entry)) {
            std::uint64_t addend = 0;
            bool in_place = true;
            if constexpr (std::is_same_v<Entry, Elf64_Rela>) {
                addend = static_cast<std::uint64_t>(entry->r_addend);
                in_place = false;
            }
            // The linker for arm64 does not set DF_STATIC_TLS.
            if (class_of(ELF64_R_TYPE(entry->r_info)) == RelocationClass::static_tls) image_.static_tls_ = tables_.tls_size;
            if (!add(relocation(entry->r_offset, entry->r_info, addend, in_place))) break;
        }
        return true;
    }

    Relocation relocation(std::uint64_t address, std::uint64_t info, std::uint64_t addend, bool in_place) const {
        switch (class_of(ELF64_R_TYPE(info))) {
        case RelocationClass::relative: return {address, addend, in_place ? Relocation::in_place : Relocation::image};
        case RelocationClass::symbol: break;
        case RelocationClass::static_tls:
        case RelocationClass::other: return {address, 0, Relocation::elsewhere};
        }
        const auto symbol = get<Elf64_Sym>(tables_.symbols, std::uint64_t{ELF64_R_SYM(info)} * sizeof(Elf64_Sym));
        const bool ours = symbol && symbol->st_shndx != SHN_UNDEF && symbol->st_shndx != SHN_ABS &&
                          ELF64_ST_TYPE(symbol->st_info) != STT_TLS && ELF64_ST_TYPE(symbol->st_info) != STT_GNU_IFUNC;
        // With an addend in place the value would be a sum; compilers do not generate that on machines whose tables contain addends.
        if (!ours || in_place) return {address, 0, Relocation::elsewhere};
        return {address, symbol->st_value + addend, Relocation::image};
    }

    // An even word is an address to relocate; an odd one is a bitmap of the 63 words after the last address.
    bool read_packed() {
        const auto data = content(tables_.relr);
        if (!data) return false;
        std::uint64_t next = 0;
        for (std::uint64_t at = 0; const auto entry = get<std::uint64_t>(*data, at); at += word) {
            if ((*entry & 1) == 0) {
                if (!add({*entry, 0, Relocation::in_place})) break;
                next = *entry + word;
                continue;
            }
            for (std::uint64_t bits = *entry >> 1, address = next; bits != 0; bits >>= 1, address += word)
                if ((bits & 1) != 0 && !add({address, 0, Relocation::in_place})) return true;
            next += 63 * word;
        }
        return true;
    }

    const RelocationTables &tables_;
    Image &image_;
};

std::optional<Error> read_relocations(const RelocationTables &tables, Image &image) {
    return RelocationReader(tables, image).run();
}

bool Image::is_constant(const Segment &segment, std::uint64_t address, std::size_t size) const {
    if (!segment.writable) return true;
    return address >= relro_ && address - relro_ <= relro_size_ && relro_size_ - (address - relro_) >= size;
}

std::optional<Data> Image::data(std::uint64_t address, std::size_t size) const {
    const Segment *const segment = size > max_data ? nullptr : segment_of(address, size);
    if (segment == nullptr) return std::nullopt;
    Data result;
    result.bytes = bytes_of(*segment, address, size);
    result.complete = all_relocations_;
    result.constant = is_constant(*segment, address, size);
    const std::uint64_t from = address < word ? 0 : address - word + 1;
    for (auto at = std::ranges::lower_bound(relocations_, from, {}, &Relocation::address);
         at != relocations_.end() && (at->address < address || at->address - address < size); ++at) {
        const bool within = at->address >= address && size - (at->address - address) >= word;
        if (!within || at->kind == Relocation::elsewhere) {
            result.complete = false;
            continue;
        }
        const auto offset = static_cast<std::size_t>(at->address - address);
        if (at->kind == Relocation::image) std::memcpy(result.bytes.data() + offset, &at->value, word);
        result.pointers.push_back(offset);
    }
    return result;
}

} // namespace kith::core::elf
