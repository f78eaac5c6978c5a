// SPDX-License-Identifier: MIT
//
// Loads a library (with Boost.DLL) from a sealed copy, so that later writes to the file or its truncation do not affect the process.
// Libraries
// that a plugin finds by its own run path ($ORIGIN) are copied and loaded before it. Libraries of the system, which packages replace by
// renaming, are loaded by the dynamic linker.
#pragma once

#include "core/file_descriptor.hpp"
#include "core/loader/elf_image.hpp"

#include <boost/dll/shared_library.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace kith::core {

/// A loaded library. close() and the destructor unload it.
struct DynamicLibrary {
    boost::dll::shared_library library;
    std::string error;                                    ///< when it is not loaded: the text of dlerror, without the path
    std::vector<boost::dll::shared_library> dependencies; ///< in loading order
    /// Copies of the library and its dependencies. The dynamic linker identifies them by paths that contain the numbers of these file
    /// descriptors, so they stay open while the libraries are loaded.
    std::vector<Fd> copies;

    DynamicLibrary() = default;
    DynamicLibrary(DynamicLibrary &&) = default;
    DynamicLibrary &operator=(DynamicLibrary &&) = default;
    DynamicLibrary(const DynamicLibrary &) = delete;
    DynamicLibrary &operator=(const DynamicLibrary &) = delete;
    ~DynamicLibrary() { close(); }

    explicit operator bool() const { return library.is_loaded(); }

    /// Null: it has no such symbol.
    const void *symbol(const char *name) const { return library.has(name) ? &library.get<const char>(name) : nullptr; }

    /// Unloads the library, then its dependencies. The copy of a library that stays loaded (DF_1_NODELETE) is never closed.
    void close();
};

/// Loads a sealed copy; its constructors run. image: parsed from the copy. file: the original path, for $ORIGIN.
DynamicLibrary open_sealed_copy(Fd copy, const elf::Image &image, const std::filesystem::path &file);

/// Loads a file by its path, for systems where copies cannot be loaded.
DynamicLibrary open_path(const std::filesystem::path &file);

/// Why copies cannot be loaded on this system; empty: they can.
std::string sealed_copy_obstacle();

} // namespace kith::core
