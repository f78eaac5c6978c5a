// SPDX-License-Identifier: MIT
//
// Checks from a library's bytes whether this process can load it: executable stacks, sanitizer runtimes, static thread-local storage,
// needed libraries and symbols (rule L2). Without the check dlopen would fail, or worse: an executable stack would apply to every thread
// permanently, and a sanitizer's runtime would end the process.
#pragma once

#include "core/loader/elf_image.hpp"
#include "core/loader/refusal.hpp"

#include <filesystem>
#include <optional>

namespace kith::core {

/// Why this process cannot load the library; the caller fills in the file. Empty: no obstacle was found. Symbols are checked only when all
/// needed libraries are already loaded. file: the path of the library, for $ORIGIN.
std::optional<Refusal> check_loadable(const elf::Image &image, const std::filesystem::path &file);

/// The remedy for a text of dlerror. copied: a sealed copy was loaded.
std::string dlerror_remedy(std::string_view text, const std::filesystem::path &file, bool copied);

/// The directories of a run path, with $ORIGIN replaced by the directory of `file`. Directories with other variables are omitted.
std::vector<std::filesystem::path> run_directories(std::string_view run_path, const std::filesystem::path &file);

/// Whether a library of this name (DT_NEEDED) is loaded.
bool is_loaded(std::string_view needed);

} // namespace kith::core
