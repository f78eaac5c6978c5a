// SPDX-License-Identifier: MIT
//
// Boost.DLL over a sealed copy, so that nothing that is done to the file reaches the process: neither writing to it, which changes the pages that are mapped,
// nor cutting it short, which takes them away. The libraries that a plugin finds by its own run path ($ORIGIN) are
// copied and loaded before it; those of the system, which packages replace by renaming, are left to the dynamic linker.
#pragma once

#include "core/loader/elf_image.hpp"
#include "core/loader/fd.hpp"

#include <boost/dll/shared_library.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace kith::core {

/// A library in the process, until it is closed or destroyed.
struct DynamicLibrary {
    boost::dll::shared_library library;
    std::string error;                                    ///< the text of dlerror without the path, when nothing is loaded
    std::vector<boost::dll::shared_library> dependencies; ///< in the order they were loaded
    /// Of the library and of its dependencies: their numbers are in the names that the dynamic linker knows them by, so they stay open while
    /// those are loaded.
    std::vector<Fd> copies;

    DynamicLibrary() = default;
    DynamicLibrary(DynamicLibrary &&) = default;
    DynamicLibrary &operator=(DynamicLibrary &&) = default;
    DynamicLibrary(const DynamicLibrary &) = delete;
    DynamicLibrary &operator=(const DynamicLibrary &) = delete;
    ~DynamicLibrary() { close(); }

    explicit operator bool() const { return library.is_loaded(); }

    /// Null when it has no such symbol.
    const void *symbol(const char *name) const { return library.has(name) ? &library.get<const char>(name) : nullptr; }

    /// The dependencies go last. A copy of what stays in the process all the same (DF_1_NODELETE) is kept open for good.
    void close();
};

/// copy: of the file, sealed. image: read from it. file: where it lies. Its constructors run.
DynamicLibrary open_sealed_copy(Fd copy, const elf::Image &image, const std::filesystem::path &file);

/// By its path, where copies cannot be had.
DynamicLibrary open_path(const std::filesystem::path &file);

/// Why copies cannot be loaded here; empty: they can.
std::string sealed_copy_obstacle();

} // namespace kith::core
