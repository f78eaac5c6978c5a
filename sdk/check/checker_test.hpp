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
struct RuleViolation : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The test says nothing about this plugin; the text says why.
struct TestSkipped : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct TestInput {
    std::string path;
    ElfFile elf;
    std::string options; ///< JSON; empty: made from the schema
    std::uint64_t seed = 1;
};

struct Test {
    const char *name;
    const char *rule;
    const char *what;
    void (*run)(const TestInput &);
};

/// Of the file and its loading.
std::span<const Test> file_tests() noexcept;
/// Of how it was built: what holds for the whole process once it is loaded.
std::span<const Test> build_tests() noexcept;
/// Of what it calls in the C and C++ libraries.
std::span<const Test> import_tests() noexcept;
/// Of its descriptors.
std::span<const Test> descriptor_tests() noexcept;
/// Of hosts and options that it must refuse, or do with.
std::span<const Test> create_failure_tests() noexcept;
/// Of an instance's life in the simulated world.
std::span<const Test> lifecycle_tests() noexcept;
/// Of bad days in it: calls that fail, clocks that jump, and a long time.
std::span<const Test> robustness_tests() noexcept;
/// Of what a strategy reports when it cannot look.
std::span<const Test> failure_report_tests() noexcept;
/// Of what connectors and sinks are asked to do.
std::span<const Test> connector_and_sink_tests() noexcept;
/// Of others who say what they should not.
std::span<const Test> malformed_data_tests() noexcept;

/// The library, loaded; unloaded by the destructor.
class PluginLibrary {
  public:
    explicit PluginLibrary(const TestInput &input);
    ~PluginLibrary();
    PluginLibrary(const PluginLibrary &) = delete;
    PluginLibrary &operator=(const PluginLibrary &) = delete;
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

/// The first few, for a message.
std::string list(const std::vector<std::string> &names);

/// How a plugin that is built with a sanitizer is checked all the same.
inline constexpr std::string_view sanitizer_remedy =
    "To check a build with a sanitizer, have its runtime loaded first: LD_PRELOAD=$(gcc -print-file-name=libasan.so) "
    "ASAN_OPTIONS=detect_leaks=0 kith-check-plugin ...";

/// Throws TestSkipped when the sanitizer's own symbols would be taken for the plugin's.
void skip_when_sanitized(const TestInput &input);

/// Options that have what the schema requires, and nothing else: defaults are filled in by the rig.
std::string minimal_options(std::string_view schema);

} // namespace kith::check
