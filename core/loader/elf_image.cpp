// SPDX-License-Identifier: MIT
#include "core/loader/elf_relocations.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

namespace kith::core::elf {

namespace {

#if defined(__x86_64__)
constexpr std::uint16_t native_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr std::uint16_t native_machine = EM_AARCH64;
#elif defined(__riscv)
constexpr std::uint16_t native_machine = EM_RISCV;
#elif defined(__powerpc64__)
constexpr std::uint16_t native_machine = EM_PPC64;
#elif defined(__s390x__)
constexpr std::uint16_t native_machine = EM_S390;
#else
#error "add the ELF machine number of this architecture to elf_image.cpp"
#endif
// What the dynamic linker assumes for a library without PT_GNU_STACK.
#if defined(__aarch64__) || defined(__powerpc64__)
constexpr Stack unmarked_stack = Stack::plain;
#else
constexpr Stack unmarked_stack = Stack::unmarked;
#endif
constexpr unsigned char native_order = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;

// The dynamic section of a real library has about thirty entries.
constexpr std::size_t max_dynamic_entries = 4096;
// Limits the work on a malicious string table; compilers generate shorter names.
constexpr std::size_t max_name = 65536;
// DT_RELR and DT_RELRSZ, which older headers lack.
constexpr std::int64_t dynamic_relr = 36, dynamic_relr_size = 35;

std::string machine_name(std::uint16_t machine) {
    static constexpr std::array<std::pair<std::uint16_t, std::string_view>, 10> names{{{EM_X86_64, "x86-64"},
                                                                                       {EM_AARCH64, "AArch64"},
                                                                                       {EM_RISCV, "RISC-V"},
                                                                                       {EM_PPC64, "PowerPC64"},
                                                                                       {EM_S390, "S/390"},
                                                                                       {EM_386, "x86"},
                                                                                       {EM_ARM, "ARM"},
                                                                                       {EM_MIPS, "MIPS"},
                                                                                       {EM_PPC, "PowerPC"},
                                                                                       {EM_SPARCV9, "SPARC"}}};
    for (const auto &[number, name] : names)
        if (number == machine) return std::string(name);
    return "machine " + std::to_string(machine);
}

Error damaged(std::string_view what) { return {"is a damaged ELF file: " + std::string(what)}; }

} // namespace

// Builds an Image; contains the tables that are needed only for that.
class Reader {
  public:
    explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) { image_.bytes_ = bytes; }

    boost::system::result<Image, Error> run() {
        if (auto error = read_header()) return *std::move(error);
        if (auto error = read_segments()) return *std::move(error);
        if (auto error = read_dynamic()) return *std::move(error);
        if (auto error = read_symbols()) return *std::move(error);
        if (auto error = read_relocations(tables_, image_)) return *std::move(error);
        image_.go_ = has_go_section() || has_go_mark();
        return std::move(image_);
    }

  private:
    using Failure = std::optional<Error>;

    Failure read_header() {
        static constexpr std::string_view magic(ELFMAG, SELFMAG);
        if (bytes_.empty()) return Error{"is empty"};
        if (bytes_.size() < SELFMAG || std::memcmp(bytes_.data(), magic.data(), SELFMAG) != 0)
            return Error{"is not an ELF file"};
        if (bytes_.size() < EI_NIDENT) return damaged("it is truncated within its header");
        const auto ident = [this](std::size_t i) { return std::to_integer<unsigned char>(bytes_[i]); };
        if (ident(EI_CLASS) != ELFCLASS64)
            return Error{ident(EI_CLASS) == ELFCLASS32 ? "is a 32-bit library; this kith is a 64-bit program"
                                                       : "is an ELF file of an unknown class"};
        if (ident(EI_DATA) != native_order) return Error{"is built for a machine of the other byte order"};
        const auto header = get<Elf64_Ehdr>(bytes_, 0);
        if (!header) return damaged("it is truncated within its header");
        header_ = *header;
        if (header_.e_machine != native_machine)
            return Error{"is built for " + machine_name(header_.e_machine) + "; this kith runs on " +
                         machine_name(native_machine)};
        if (header_.e_type == ET_REL) return Error{"is an object file, not a shared library"};
        if (header_.e_type == ET_EXEC) return Error{"is a program, not a shared library"};
        if (header_.e_type != ET_DYN) return Error{"is not a shared library"};
        return std::nullopt;
    }

    Failure read_segments() {
        if (header_.e_phnum == 0) return damaged("it has no program headers");
        if (header_.e_phentsize != sizeof(Elf64_Phdr)) return damaged("its program headers have a wrong size");
        image_.stack_ = unmarked_stack;
        for (std::uint64_t i = 0; i < header_.e_phnum; ++i) {
            const auto program = get_at<Elf64_Phdr>(header_.e_phoff, i);
            if (!program) return damaged("a program header is outside of the file");
            if (program->p_type == PT_GNU_STACK)
                image_.stack_ = (program->p_flags & PF_X) != 0 ? Stack::executable : Stack::plain;
            if (program->p_type == PT_TLS) tables_.tls_size = program->p_memsz;
            if (program->p_type == PT_GNU_RELRO) {
                image_.relro_ = program->p_vaddr;
                image_.relro_size_ = program->p_memsz;
            }
            if (program->p_type != PT_LOAD && program->p_type != PT_DYNAMIC) continue;
            if (program->p_offset > bytes_.size() || bytes_.size() - program->p_offset < program->p_filesz)
                return damaged("a segment is outside of the file");
            if (program->p_memsz > UINT64_MAX - program->p_vaddr || program->p_filesz > program->p_memsz)
                return damaged("a segment has an impossible size");
            if (program->p_type == PT_DYNAMIC)
                dynamic_ = bytes_.subspan(program->p_offset, program->p_filesz);
            else
                image_.segments_.push_back(
                    {program->p_vaddr, program->p_memsz, program->p_offset, program->p_filesz, (program->p_flags & PF_W) != 0});
        }
        if (dynamic_.empty()) return Error{"has no dynamic section: it is not a shared library"};
        return std::nullopt;
    }

    Failure read_dynamic() {
        std::vector<std::uint64_t> needed;
        std::uint64_t strings = 0, strings_size = 0;
        std::optional<std::uint64_t> run_path, old_run_path;
        for (std::uint64_t i = 0;; ++i) {
            if (i == max_dynamic_entries) return damaged("its dynamic section has too many entries");
            const auto entry = get<Elf64_Dyn>(dynamic_, i * sizeof(Elf64_Dyn));
            if (!entry || entry->d_tag == DT_NULL) break;
            switch (entry->d_tag) {
            case DT_NEEDED: needed.push_back(entry->d_un.d_val); break;
            case DT_STRTAB: strings = entry->d_un.d_ptr; break;
            case DT_STRSZ: strings_size = entry->d_un.d_val; break;
            case DT_SYMTAB: symbol_table_ = entry->d_un.d_ptr; break;
            case DT_SYMENT:
                if (entry->d_un.d_val != sizeof(Elf64_Sym)) return damaged("its symbols have a wrong size");
                break;
            case DT_HASH: hash_ = entry->d_un.d_ptr; break;
            case DT_GNU_HASH: gnu_hash_ = entry->d_un.d_ptr; break;
            case DT_RUNPATH: run_path = entry->d_un.d_val; break;
            case DT_RPATH: old_run_path = entry->d_un.d_val; break;
            case DT_FLAGS:
                if ((entry->d_un.d_val & DF_STATIC_TLS) != 0) image_.static_tls_ = tables_.tls_size;
                break;
            case DT_VERSYM: versions_ = entry->d_un.d_ptr; break;
            case DT_VERNEED: version_names_ = entry->d_un.d_ptr; break;
            case DT_RELA: tables_.rela.address = entry->d_un.d_ptr; break;
            case DT_RELASZ: tables_.rela.size = entry->d_un.d_val; break;
            case DT_REL: tables_.rel.address = entry->d_un.d_ptr; break;
            case DT_RELSZ: tables_.rel.size = entry->d_un.d_val; break;
            case dynamic_relr: tables_.relr.address = entry->d_un.d_ptr; break;
            case dynamic_relr_size: tables_.relr.size = entry->d_un.d_val; break;
            case DT_FLAGS_1: program_ = (entry->d_un.d_val & DF_1_PIE) != 0; break;
            default: break;
            }
        }
        // A position-independent program is ET_DYN as well; the error of dlopen would be less clear.
        if (program_) return Error{"is a program, not a shared library"};
        const auto table = image_.file_data(strings);
        if (!table || table->size() < strings_size) return damaged("its string table is outside of the file");
        strings_ = table->first(strings_size);
        for (const std::uint64_t offset : needed) {
            const auto name = string(offset);
            if (!name) return damaged("the name of a needed library does not end within its string table");
            image_.needed_.push_back(*name);
        }
        if (const auto path = run_path ? run_path : old_run_path) {
            const auto text = string(*path);
            if (!text) return damaged("its run path does not end within its string table");
            image_.run_path_ = *text;
        }
        return std::nullopt;
    }

    Failure read_symbols() {
        const auto table = image_.file_data(symbol_table_);
        if (!table) return damaged("its symbol table is outside of the file");
        const auto found = symbol_count();
        if (!found) return damaged("its symbol hash table is invalid");
        if (*found > table->size() / sizeof(Elf64_Sym)) return damaged("its symbol table is outside of the file");
        tables_.symbols = *table;
        const auto versions = versions_ ? image_.file_data(*versions_) : std::nullopt;
        const auto version_names = read_version_names();
        for (std::uint64_t i = 1; i < *found; ++i) {
            const auto symbol = *get<Elf64_Sym>(*table, i * sizeof(Elf64_Sym));
            const auto binding = ELF64_ST_BIND(symbol.st_info);
            if (binding != STB_GLOBAL && binding != STB_WEAK && binding != STB_GNU_UNIQUE) continue;
            const auto visibility = ELF64_ST_VISIBILITY(symbol.st_other);
            if (visibility == STV_HIDDEN || visibility == STV_INTERNAL) continue;
            const auto name = string(symbol.st_name);
            if (!name) return damaged("the name of a symbol does not end within its string table");
            if (symbol.st_shndx == SHN_UNDEF)
                image_.imports_.push_back(
                    {*name, versions ? version_of(*versions, i, version_names) : "", binding == STB_WEAK});
            else
                image_.exports_.push_back({*name, symbol.st_value, symbol.st_size, type_of(ELF64_ST_TYPE(symbol.st_info)),
                                           binding == STB_GNU_UNIQUE});
        }
        return std::nullopt;
    }

    using VersionNames = std::vector<std::pair<std::uint16_t, std::string_view>>;

    // The symbol versions that the library needs, by the indexes that its symbols use. A chain with an invalid offset ends there.
    VersionNames read_version_names() const {
        VersionNames names;
        const auto table = version_names_ ? image_.file_data(*version_names_) : std::nullopt;
        if (!table) return names;
        std::uint64_t at = 0;
        for (std::size_t libraries = 0; libraries < max_dynamic_entries; ++libraries) {
            const auto library = get<Elf64_Verneed>(*table, at);
            if (!library) break;
            std::uint64_t version_at = at + library->vn_aux;
            for (std::size_t i = 0; i < library->vn_cnt && names.size() < max_dynamic_entries; ++i) {
                const auto version = get<Elf64_Vernaux>(*table, version_at);
                if (!version) break;
                if (const auto name = string(version->vna_name)) names.emplace_back(version->vna_other, *name);
                if (version->vna_next == 0) break;
                version_at += version->vna_next;
            }
            if (library->vn_next == 0) break;
            at += library->vn_next;
        }
        return names;
    }

    static std::string_view version_of(std::span<const std::byte> versions, std::uint64_t symbol, const VersionNames &names) {
        const auto number = get<std::uint16_t>(versions, symbol * sizeof(std::uint16_t));
        if (!number) return {};
        const auto is = [&](const auto &name) { return name.first == (*number & 0x7fffU); };
        const auto found = std::ranges::find_if(names, is);
        return found == names.end() ? std::string_view() : found->second;
    }

    bool has_go_section() const {
        const auto names = get_at<Elf64_Shdr>(header_.e_shoff, header_.e_shstrndx);
        if (header_.e_shoff == 0 || header_.e_shentsize != sizeof(Elf64_Shdr) || !names || names->sh_offset > bytes_.size())
            return false;
        constexpr std::string_view go(".go.buildinfo\0", 14);
        for (std::uint64_t i = 0; i < header_.e_shnum; ++i) {
            const auto section = get_at<Elf64_Shdr>(header_.e_shoff, i);
            if (!section) return false;
            const auto rest = bytes_.subspan(names->sh_offset);
            if (section->sh_name > rest.size() || rest.size() - section->sh_name < go.size()) continue;
            if (std::memcmp(rest.data() + section->sh_name, go.data(), go.size()) == 0) return true;
        }
        return false;
    }

    // Where section headers were stripped: the mark that begins the same section, in writable data.
    bool has_go_mark() const {
        if (header_.e_shnum != 0) return false;
        constexpr std::string_view mark("\xff Go buildinf:", 14);
        constexpr std::uint64_t alignment = 16, searched = 1 << 20;
        for (const auto &segment : image_.segments_) {
            if (!segment.writable) continue;
            const auto data = bytes_.subspan(segment.offset, std::min(segment.file_size, searched));
            for (std::uint64_t at = 0; at + mark.size() <= data.size(); at += alignment)
                if (std::memcmp(data.data() + at, mark.data(), mark.size()) == 0) return true;
        }
        return false;
    }

    static Type type_of(unsigned type) {
        switch (type) {
        case STT_NOTYPE: return Type::none;
        case STT_OBJECT: return Type::object;
        case STT_FUNC:
        case STT_GNU_IFUNC: return Type::function;
        default: return Type::other;
        }
    }

    // The dynamic section contains where the symbols begin, not their number. The hash tables do: what is not in them the linker
    // cannot find by name, and GNU's kind has what it leaves out, the undefined symbols, before all others.
    std::optional<std::uint64_t> symbol_count() const {
        std::uint64_t count = 0;
        if (hash_) {
            const auto table = image_.file_data(*hash_);
            const auto chains = table ? get<std::uint32_t>(*table, sizeof(std::uint32_t)) : std::nullopt;
            if (!chains) return std::nullopt;
            count = *chains;
        }
        if (gnu_hash_) {
            const auto hashed = gnu_count();
            if (!hashed) return std::nullopt;
            count = std::max(count, *hashed);
        }
        if (!hash_ && !gnu_hash_) return std::nullopt;
        return count;
    }

    std::optional<std::uint64_t> gnu_count() const {
        const auto table = image_.file_data(*gnu_hash_);
        if (!table) return std::nullopt;
        const auto buckets = get<std::uint32_t>(*table, 0);
        const auto first = get<std::uint32_t>(*table, 4);
        const auto bloom = get<std::uint32_t>(*table, 8);
        if (!buckets || !first || !bloom) return std::nullopt;
        const std::uint64_t bucket_offset = 16 + std::uint64_t{*bloom} * 8;
        std::uint64_t last = 0;
        for (std::uint64_t i = 0; i < *buckets; ++i) {
            const auto bucket = get<std::uint32_t>(*table, bucket_offset + i * 4);
            if (!bucket) return std::nullopt;
            last = std::max<std::uint64_t>(last, *bucket);
        }
        if (last < *first) return *first; // nothing is hashed, so nothing is exported
        // Chains lie one after another, each ended by the lowest bit: the end of the last one is the end of the symbols.
        const std::uint64_t chain_offset = bucket_offset + std::uint64_t{*buckets} * 4;
        for (;; ++last) {
            const auto link = get<std::uint32_t>(*table, chain_offset + (last - *first) * 4);
            if (!link) return std::nullopt;
            if ((*link & 1) != 0) return last + 1;
        }
    }

    // i-th element of a table in the file; safe for any offset.
    template <class T>
    std::optional<T> get_at(std::uint64_t table, std::uint64_t i) const {
        if (table > bytes_.size()) return std::nullopt;
        return get<T>(bytes_, table + i * sizeof(T));
    }

    std::optional<std::string_view> string(std::uint64_t offset) const {
        if (offset >= strings_.size()) return std::nullopt;
        const auto rest = strings_.subspan(offset, std::min<std::uint64_t>(strings_.size() - offset, max_name));
        const auto *const end = std::memchr(rest.data(), 0, rest.size());
        if (end == nullptr) return std::nullopt;
        const auto size = static_cast<std::size_t>(static_cast<const std::byte *>(end) - rest.data());
        return std::string_view(reinterpret_cast<const char *>(rest.data()), size);
    }

    std::span<const std::byte> bytes_;
    Image image_;
    Elf64_Ehdr header_{};
    std::span<const std::byte> dynamic_;
    std::span<const std::byte> strings_;
    std::uint64_t symbol_table_ = 0;
    std::optional<std::uint64_t> hash_, gnu_hash_, versions_, version_names_;
    RelocationTables tables_;
    bool program_ = false;
};

boost::system::result<Image, Error> Image::read(std::span<const std::byte> bytes) { return Reader(bytes).run(); }

std::optional<std::span<const std::byte>> Image::file_data(std::uint64_t address) const {
    for (const auto &segment : segments_)
        if (address >= segment.address && address - segment.address < segment.file_size)
            return bytes_.subspan(segment.offset, segment.file_size).subspan(address - segment.address);
    return std::nullopt;
}

const Image::Segment *Image::segment_of(std::uint64_t address, std::size_t size) const {
    for (const auto &segment : segments_) {
        if (address < segment.address || address - segment.address >= segment.memory_size) continue;
        return segment.memory_size - (address - segment.address) < size ? nullptr : &segment;
    }
    return nullptr;
}

std::vector<std::byte> Image::bytes_of(const Segment &segment, std::uint64_t address, std::size_t size) const {
    std::vector<std::byte> result(size);
    const std::uint64_t within = address - segment.address;
    if (within < segment.file_size) {
        const auto here = bytes_.subspan(segment.offset + within, std::min<std::uint64_t>(size, segment.file_size - within));
        if (!here.empty()) std::memcpy(result.data(), here.data(), here.size());
    }
    return result;
}

std::optional<std::vector<std::byte>> Image::initial(std::uint64_t address, std::size_t size) const {
    const Segment *const segment = size > 4096 ? nullptr : segment_of(address, size);
    if (segment == nullptr) return std::nullopt;
    return bytes_of(*segment, address, size);
}

} // namespace kith::core::elf
