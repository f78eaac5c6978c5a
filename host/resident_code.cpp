// SPDX-License-Identifier: MIT
#include <host/resident_code.hpp>

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace kith::app {

namespace {

int release_code_of(dl_phdr_info *object, std::size_t, void *) {
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    for (std::size_t i = 0; i < object->dlpi_phnum; ++i) {
        const ElfW(Phdr) &segment = object->dlpi_phdr[i];
        // A segment that is written to contains relocated data, which would be lost.
        if (segment.p_type != PT_LOAD || (segment.p_flags & (PF_X | PF_W)) != PF_X) continue;
        const std::uintptr_t begin = (object->dlpi_addr + segment.p_vaddr) / page * page;
        const std::uintptr_t end = object->dlpi_addr + segment.p_vaddr + segment.p_filesz;
        (void)::madvise(reinterpret_cast<void *>(begin), end - begin, MADV_DONTNEED); // NOLINT(performance-no-int-to-ptr)
    }
    return 1; // the program is the first object
}

} // namespace

void release_code_pages() noexcept { (void)::dl_iterate_phdr(release_code_of, nullptr); }

} // namespace kith::app
