// SPDX-License-Identifier: MIT
//
// A test of the checker, and what it is given. A test returns when all is well, and throws otherwise.
#pragma once

#include "elf_file.hpp"

#include <kith/plugin.h>

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kith::check {

/// A rule is broken; the text says what was seen, and what to do.
struct Broken : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The test says nothing about this plugin; the text says why.
struct Skipped : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct Subject {
    std::string path;
    ElfFile elf;
    std::string options; ///< JSON; empty: made from the schema
    std::uint64_t seed = 1;
};

struct Test {
    const char *name;
    const char *rule;
    const char *what;
    void (*run)(const Subject &);
};

/// Of the file, its descriptor, and its loading.
std::span<const Test> file_tests() noexcept;
/// Of an instance in the simulated world.
std::span<const Test> life_tests() noexcept;

/// The library, loaded; unloaded by the destructor.
class Library {
  public:
    explicit Library(const Subject &subject);
    ~Library();
    Library(const Library &) = delete;
    Library &operator=(const Library &) = delete;
    const kith_entry &entry() const noexcept { return *entry_; }
    std::span<const kith_descriptor *const> descriptors() const noexcept {
        return {entry_->descriptors, entry_->descriptor_count};
    }

  private:
    void *handle_;
    const kith_entry *entry_ = nullptr;
};

inline std::string_view view(kith_str s) noexcept {
    return s.size == 0 ? std::string_view{} : std::string_view{s.data, s.size};
}

/// Options that have what the schema requires, and nothing else: defaults are filled in by the rig.
std::string usual_options(std::string_view schema);

} // namespace kith::check
