// SPDX-License-Identifier: MIT
#include "core/loader/file_bytes.hpp"

#include "core/loader/path_permissions.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <optional>
#include <string_view>
#include <vector>

namespace kith::core {

namespace {

FileError failed(const char *what) { return {std::string(what) + ": " + std::strerror(errno)}; }

// Enough to detect a file that is not a library.
constexpr std::size_t first_read = 4096;
// The initial size of a buffer; most libraries are smaller.
constexpr std::size_t first_room = std::size_t{1} << 20;

struct Range {
    std::uint64_t begin = 0, end = 0;
};

// What the checks do not need: the code segment, if it contains only code (the headers are in another segment), the tables for stack
// unwinding, and what lies between the last segment and the names of the sections, which are symbols for debuggers.
class UnneededRanges {
  public:
    UnneededRanges() = default;
    // start: the first bytes of the file.
    UnneededRanges(const Fd &file, std::span<const std::byte> start, std::uint64_t file_size) {
        Elf64_Ehdr header{};
        if (start.size() < sizeof header) return;
        std::memcpy(&header, start.data(), sizeof header);
        const auto loaded = read_segments(header, start, file_size);
        if (!loaded) return;
        read_sections(header, file, *loaded, file_size);
        std::ranges::sort(ranges_, {}, &Range::begin);
    }

    // The range that begins at `at` or after it; at the end of the file: none.
    Range next(std::uint64_t at) const {
        for (const Range &range : ranges_)
            if (range.begin >= at) return range;
        return {UINT64_MAX, UINT64_MAX};
    }

  private:
    void add(std::uint64_t begin, std::uint64_t end) {
        if (begin < end) ranges_.push_back({begin, end});
    }

    // The end of the last segment; none for a file that is truncated or no library.
    std::optional<std::uint64_t> read_segments(const Elf64_Ehdr &header, std::span<const std::byte> start,
                                               std::uint64_t file_size) {
        if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phoff > start.size() ||
            (start.size() - header.e_phoff) / sizeof(Elf64_Phdr) < header.e_phnum)
            return std::nullopt;
        Range code;
        std::uint64_t loaded = start.size();
        bool headers_apart = false;
        for (std::size_t i = 0; i < header.e_phnum; ++i) {
            Elf64_Phdr program{};
            std::memcpy(&program, start.data() + header.e_phoff + i * sizeof program, sizeof program);
            if (program.p_offset > file_size || file_size - program.p_offset < program.p_filesz) return std::nullopt;
            loaded = std::max(loaded, program.p_offset + program.p_filesz);
            if (program.p_type != PT_LOAD) continue;
            const bool is_code = (program.p_flags & PF_X) != 0;
            if (!is_code && program.p_offset == 0) headers_apart = true;
            if (is_code && program.p_offset >= start.size()) code = {program.p_offset, program.p_offset + program.p_filesz};
        }
        if (headers_apart) add(code.begin, code.end);
        return loaded;
    }

    // A file that names its data like an unwinding table is described without that data, and then refused because it differs once loaded.
    void read_sections(const Elf64_Ehdr &header, const Fd &file, std::uint64_t loaded, std::uint64_t file_size) {
        std::array<Elf64_Shdr, 64> sections{}; // compilers make about thirty
        const std::size_t count = header.e_shnum, size = count * sizeof(Elf64_Shdr);
        if (header.e_shoff < loaded || header.e_shoff > file_size || header.e_shentsize != sizeof(Elf64_Shdr) ||
            count > sections.size() || header.e_shstrndx >= count || !read_at(file, header.e_shoff, sections.data(), size))
            return;
        const Elf64_Shdr &names = sections.at(header.e_shstrndx);
        std::array<char, 1024> text{};
        if (names.sh_size >= text.size() || names.sh_offset < loaded || names.sh_offset >= header.e_shoff ||
            !read_at(file, names.sh_offset, text.data(), names.sh_size))
            return;
        add(loaded, names.sh_offset);
        for (const Elf64_Shdr &section : std::span(sections).first(count)) {
            if (section.sh_name >= names.sh_size || section.sh_offset < first_read || section.sh_offset > loaded ||
                section.sh_size > loaded - section.sh_offset)
                continue;
            const std::string_view name = text.data() + section.sh_name;
            if (name == ".eh_frame" || name == ".gcc_except_table") add(section.sh_offset, section.sh_offset + section.sh_size);
        }
    }

    static bool read_at(const Fd &file, std::uint64_t offset, void *to, std::size_t size) {
        return ::pread(file.get(), to, size, static_cast<off_t>(offset)) == static_cast<ssize_t>(size);
    }

    std::vector<Range> ranges_; // in the order of the file
};

} // namespace

boost::system::result<Mapping, FileError> Mapping::of(const Fd &copy) {
    struct stat status {};
    if (::fstat(copy.get(), &status) != 0) return failed("cannot be examined");
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size > max_library_size) return FileError{"is larger than 512 MiB"};
    Mapping mapping;
    if (size == 0) return mapping;
    void *const address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, copy.get(), 0);
    if (address == MAP_FAILED) return failed("cannot be mapped");
    mapping.bytes_ = {static_cast<const std::byte *>(address), size};
    return mapping;
}

Mapping::~Mapping() {
    if (!bytes_.empty()) ::munmap(const_cast<std::byte *>(bytes_.data()), bytes_.size());
}

boost::system::result<Fd, FileError> open_regular(const std::filesystem::path &file) {
    Fd fd(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!fd) return failed("cannot be opened");
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return failed("cannot be examined");
    if (!S_ISREG(status.st_mode)) return FileError{"is " + std::string(file_type(status.st_mode)) + ", not a regular file"};
    return fd;
}

std::span<std::byte> Buffer::storage(std::size_t size) {
    if (size_ < size) {
        bytes_.reset();
        size_ = std::max(size, first_room);
        bytes_.reset(static_cast<std::byte *>(std::calloc(size_, 1)));
        if (!bytes_) throw std::bad_alloc();
        written_.assign(size_ / page + 1, false);
    }
    return {bytes_.get(), size_};
}

void Buffer::wrote(std::size_t begin, std::size_t end) {
    for (std::size_t i = begin / page; i * page < end; ++i) written_[i] = true;
}

void Buffer::clear(std::size_t begin, std::size_t end) {
    for (std::size_t i = begin / page; i * page < end; ++i) {
        const std::size_t from = std::max(begin, i * page), to = std::min(end, (i + 1) * page);
        if (written_[i]) std::memset(bytes_.get() + from, 0, to - from);
    }
}

boost::system::result<std::span<const std::byte>, FileError> read_bytes(const Fd &file, Buffer &buffer, Part part) {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return failed("cannot be examined");
    const auto file_size = static_cast<std::uint64_t>(status.st_size);
    if (file_size > max_library_size) return FileError{"is larger than 512 MiB"};
    // One byte more than the file's size, so that one read detects the end. Bytes that are appended meanwhile are not read.
    const auto storage = buffer.storage(std::max<std::size_t>(file_size + 1, first_read))
                             .first(std::max<std::size_t>(file_size + 1, first_read));
    UnneededRanges unneeded;
    std::size_t total = 0;
    while (total < storage.size()) {
        const Range skipped = unneeded.next(total);
        if (total == skipped.begin) {
            buffer.clear(total, skipped.end);
            total = skipped.end;
            continue;
        }
        const std::size_t end = total == 0 ? first_read : std::min<std::uint64_t>(skipped.begin, storage.size());
        const ssize_t size = ::pread(file.get(), storage.data() + total, end - total, static_cast<off_t>(total));
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return failed("cannot be read");
        if (size == 0) break;
        const bool first = total == 0;
        buffer.wrote(total, total + static_cast<std::size_t>(size));
        total += static_cast<std::size_t>(size);
        if (!first) continue;
        if (total < SELFMAG || std::memcmp(storage.data(), ELFMAG, SELFMAG) != 0) break;
        if (part == Part::data) unneeded = UnneededRanges(file, storage.first(total), file_size);
    }
    return std::span<const std::byte>(storage.data(), total);
}

Fd create_memory_file(const std::string &name) {
    // MFD_EXEC. Kernels before 6.3 do not have the flag; there all memory files are executable.
    constexpr unsigned executable = 0x10U, common = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    Fd file(::memfd_create(name.c_str(), common | executable));
    if (!file && errno == EINVAL) file = Fd(::memfd_create(name.c_str(), common));
    return file;
}

boost::system::result<Fd, FileError> make_sealed_copy(const Fd &file, const std::string &name) {
    Fd copy = create_memory_file(name);
    if (!copy) return failed("cannot be copied into memory");
    off_t at = 0;
    for (;;) {
        const ssize_t size = ::sendfile(copy.get(), file.get(), &at, max_library_size);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return failed("cannot be copied into memory");
        if (size == 0) break;
        if (static_cast<std::uint64_t>(at) > max_library_size) return FileError{"is larger than 512 MiB"};
    }
    if (::fcntl(copy.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)
        return failed("cannot be sealed in memory");
    return copy;
}

// Not /proc/self, since that is another process for a debugger.
std::string proc_path(const Fd &fd) {
    std::array<char, 32> process{};
    const ssize_t size = ::readlink("/proc/self", process.data(), process.size());
    const std::string self = size > 0 ? std::string(process.data(), static_cast<std::size_t>(size)) : "self";
    return "/proc/" + self + "/fd/" + std::to_string(fd.get());
}

} // namespace kith::core
