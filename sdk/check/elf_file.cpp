// SPDX-License-Identifier: MIT
#include "elf_file.hpp"

#include <elf.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

namespace kith::check {

namespace {

class Reader {
  public:
    explicit Reader(const std::string &path) : path_(path) {
        struct stat about {};
        if (stat(path.c_str(), &about) == 0 && !S_ISREG(about.st_mode)) // opening a pipe blocks until it has a writer
            throw std::runtime_error(path + ": is not a regular file");
        std::ifstream in(path, std::ios::binary);
        if (!in) throw std::runtime_error(path + ": cannot be opened: " + std::strerror(errno));
        bytes_.assign(std::istreambuf_iterator<char>(in), {});
        if (in.bad()) throw std::runtime_error(path + ": cannot be read");
    }

    ElfFile run() {
        const auto header = get<Elf64_Ehdr>(0);
        if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64)
            fail("is not a 64-bit ELF file");
        if (header.e_type != ET_DYN) fail("is not a shared library");
        if (header.e_shentsize != sizeof(Elf64_Shdr) || header.e_shnum == 0)
            fail("has no section headers: check it before they are stripped");
        const auto names = header.e_shstrndx < header.e_shnum
                               ? get<Elf64_Shdr>(header.e_shoff + header.e_shstrndx * sizeof(Elf64_Shdr))
                               : Elf64_Shdr{};
        for (std::uint64_t i = 0; i < header.e_shnum; ++i) {
            const auto section = get<Elf64_Shdr>(header.e_shoff + i * sizeof(Elf64_Shdr));
            if (names.sh_size != 0 && name(names, section.sh_name) == ".go.buildinfo") file_.go = true;
            if (section.sh_type != SHT_DYNSYM && section.sh_type != SHT_DYNAMIC) continue;
            if (section.sh_link >= header.e_shnum) fail("is damaged: a section refers to a string table that does not exist");
            strings_ = get<Elf64_Shdr>(header.e_shoff + section.sh_link * sizeof(Elf64_Shdr));
            if (section.sh_type == SHT_DYNSYM)
                symbols(section);
            else
                dynamic(section);
        }
        segments(header);
        // Stripping does not remove the paths in the panic messages of Rust's standard library.
        file_.rust = std::string_view(bytes_.data(), bytes_.size()).find("library/std/src/") != std::string_view::npos;
        return std::move(file_);
    }

  private:
    [[noreturn]] void fail(const char *what) const { throw std::runtime_error(path_ + ": " + what); }

    template <class T>
    T get(std::uint64_t at) const {
        if (at > bytes_.size() || bytes_.size() - at < sizeof(T)) fail("is truncated, damaged, or not an ELF file");
        T value;
        std::memcpy(&value, bytes_.data() + at, sizeof value);
        return value;
    }

    std::string name(std::uint64_t at) const { return name(strings_, at); }

    std::string name(const Elf64_Shdr &table, std::uint64_t at) const {
        if (at >= table.sh_size || table.sh_offset > bytes_.size() || bytes_.size() - table.sh_offset < table.sh_size)
            fail("is damaged: a name lies outside of its table");
        const char *begin = bytes_.data() + table.sh_offset + at;
        return {begin, strnlen(begin, table.sh_size - at)};
    }

    void segments(const Elf64_Ehdr &header) {
        if (header.e_phnum != 0 && header.e_phentsize != sizeof(Elf64_Phdr))
            fail("is damaged: its program headers have an unknown size");
        file_.executable_stack = true; // the kernel's default without a PT_GNU_STACK segment
        for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
            const auto segment = get<Elf64_Phdr>(header.e_phoff + i * sizeof(Elf64_Phdr));
            if (segment.p_type == PT_GNU_STACK) file_.executable_stack = (segment.p_flags & PF_X) != 0;
        }
    }

    void symbols(const Elf64_Shdr &section) {
        for (std::uint64_t at = sizeof(Elf64_Sym); at + sizeof(Elf64_Sym) <= section.sh_size; at += sizeof(Elf64_Sym)) {
            const auto symbol = get<Elf64_Sym>(section.sh_offset + at);
            const auto bind = ELF64_ST_BIND(symbol.st_info);
            const auto visibility = ELF64_ST_VISIBILITY(symbol.st_other);
            if (symbol.st_shndx == SHN_UNDEF) {
                file_.imports.push_back(name(symbol.st_name));
            } else if (bind == STB_GNU_UNIQUE) {
                file_.unique.push_back(name(symbol.st_name));
                file_.exports.push_back(name(symbol.st_name));
            } else if (bind != STB_LOCAL && (visibility == STV_DEFAULT || visibility == STV_PROTECTED)) {
                file_.exports.push_back(name(symbol.st_name));
            }
        }
    }

    void dynamic(const Elf64_Shdr &section) {
        for (std::uint64_t at = 0; at + sizeof(Elf64_Dyn) <= section.sh_size; at += sizeof(Elf64_Dyn)) {
            const auto entry = get<Elf64_Dyn>(section.sh_offset + at);
            if (entry.d_tag == DT_NULL) return;
            if (entry.d_tag == DT_FLAGS) file_.static_tls = (entry.d_un.d_val & DF_STATIC_TLS) != 0;
            if (entry.d_tag == DT_NEEDED) file_.needed.push_back(name(entry.d_un.d_val));
        }
    }

    std::string path_;
    std::vector<char> bytes_;
    Elf64_Shdr strings_{};
    ElfFile file_;
};

} // namespace

bool ElfFile::sanitized() const {
    return std::ranges::any_of(imports, [](const std::string &name) {
        return name == "__asan_init" || name == "__tsan_init" || name == "__msan_init" || name.starts_with("__ubsan_handle");
    });
}

ElfFile read_elf(const std::string &path) { return Reader(path).run(); }

} // namespace kith::check
