// SPDX-License-Identifier: MIT
//
// Interface of the checker's tests: what a test is, its input, and its two exceptions. A test that returns has passed.
#pragma once

#include "elf_file.hpp"

#include <kith/plugin.h>

#include <cstdint>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kith::check {

class PluginProcesses;

/// The test failed: the plugin violates a rule. The text states what was observed and how to fix it.
struct RuleViolation : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The test does not apply to this plugin. The text states why.
struct TestSkipped : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The library under test, and the options of the command line.
struct TestInput {
    std::string path;
    ElfFile elf;
    std::string options; ///< JSON; empty: minimal_options() of the plugin's schema
    std::uint64_t seed = 1;
    std::map<std::string, std::string> environment; ///< variables of --env
    std::map<std::string, std::string> answers;     ///< of --answer: a correct body, by the path of its URL
    PluginProcesses *processes = nullptr;           ///< of --isolated; null: instances run in the process of the test
};

struct Test {
    const char *name;               ///< as --only takes it
    const char *rule;               ///< id of the rule in sdk/ABI.md
    const char *what;               ///< what a plugin that passes does; printed for a passed test
    void (*run)(const TestInput &); ///< throws RuleViolation or TestSkipped
    bool isolated = false;          ///< it is for --isolated
};

/// Exported symbols, needed libraries, unloading.
std::span<const Test> file_tests() noexcept;
/// Compiler and linker settings that affect the whole process once the library is loaded.
std::span<const Test> build_settings_tests() noexcept;
/// Functions of the C and C++ libraries that the plugin calls.
std::span<const Test> import_tests() noexcept;
/// Descriptors and option schemas.
std::span<const Test> descriptor_tests() noexcept;
/// Hosts without services and unusual option values: `create` must fail with an error text, or the plugin must work.
std::span<const Test> create_failure_tests() noexcept;
/// Start, stop, destroy, and repeatability of an instance in the simulated network.
std::span<const Test> lifecycle_tests() noexcept;
/// Failing service calls, wall-clock jumps, and a day of simulated time.
std::span<const Test> robustness_tests() noexcept;
/// What a strategy reports when its source cannot be reached.
std::span<const Test> failure_report_tests() noexcept;
/// The requests to a connector and the events to a sink.
std::span<const Test> connector_and_sink_tests() noexcept;
/// Malformed data from servers, peers, programs and files, in environment variables and in kept state.
std::span<const Test> malformed_data_tests() noexcept;
/// What the plugin does in a process of its own and not in that of the daemon.
std::span<const Test> isolation_tests() noexcept;

/// Loads the library; the destructor unloads it. The constructor throws RuleViolation when the library cannot be loaded or its entry is
/// invalid.
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

/// The first eight names, separated by commas, and the number of the others.
std::string list(const std::vector<std::string> &names);

/// How to check a plugin that is built with a sanitizer.
inline constexpr std::string_view sanitizer_remedy =
    "To check a build with a sanitizer, have its runtime loaded first: LD_PRELOAD=$(gcc -print-file-name=libasan.so) "
    "ASAN_OPTIONS=detect_leaks=0 kith-check-plugin ...";

/// Throws TestSkipped when the library is built with a sanitizer, whose symbols the test would attribute to the plugin.
void skip_when_sanitized(const TestInput &input);

/// A JSON object with the options that the schema requires and no others. The PluginHarness adds the defaults.
std::string minimal_options(std::string_view schema);

} // namespace kith::check
