// SPDX-License-Identifier: MIT
//
// What a library needs of the process that loads it, told from its bytes: a stack that is not executable, the runtime of a sanitizer, static
// thread-local storage, the libraries and the symbols that it takes from others (rule L2). What is found here would fail in dlopen, or worse:
// an executable stack would be given to every thread for good, and a sanitizer's runtime would end the process.
#pragma once

#include "core/loader/elf_image.hpp"
#include "core/loader/refusal.hpp"

#include <filesystem>
#include <optional>

namespace kith::core {

/// Why this process cannot load it; the file is filled in by the caller. Nothing: as far as can be told without loading it, it can. Symbols are
/// looked for only when all the libraries that it needs are in the process. file: where the library lies, for $ORIGIN.
std::optional<Refusal> check_process_requirements(const elf::Image &image, const std::filesystem::path &file);

/// What an operator can do about the text of dlerror.
std::string dlerror_remedy(std::string_view text, const std::filesystem::path &file, bool copied);

/// The directories of a run path, with $ORIGIN replaced by the directory of `file`. Those with other variables are left out.
std::vector<std::filesystem::path> run_directories(std::string_view run_path, const std::filesystem::path &file);

/// Is a library of this name (DT_NEEDED) in the process?
bool is_loaded(std::string_view needed);

} // namespace kith::core
