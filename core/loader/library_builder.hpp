// SPDX-License-Identifier: MIT
//
// Checks and builds a library step by step. The first failed check is the refusal.
#pragma once

#include "core/loader/library.hpp"
#include "core/loader/sha256_pin.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

inline constexpr const char *remedy_constant =
    "report this to the plugin's author: kith_plugin_entry and its descriptors should be "
    "constant data, which can be read without running code";

struct LibraryBuilder {
    using Result = Library::Result;
    const std::filesystem::path &file;
    const LoaderSettings &settings;
    const ReadContext &context;
    std::unique_ptr<Library> library{new Library};

    // From a file.
    Result read();
    // From an entry of this program.
    Result link(const kith_entry &entry);
    // Loads it in a child process. packed: gets its description.
    std::optional<Refusal> run(const Fd &copy, std::string &packed) const;

    // ---- of a library that was already read ----

    // Copies the file as it is now, and checks that it is still the same plugin. The copy is empty where copies cannot be loaded.
    static std::optional<Refusal> copy_unchanged_file(const Library &library, const LoaderSettings &settings,
                                                      const ReadContext &context, Fd &copy, FileState &state);
    // Compares what is in memory with the description of the file.
    static std::optional<Refusal> compare(const Library &library, const kith_entry &entry);

  private:
    // The hash of a file that is named in plugins.allow is always checked, whatever its path is.
    Result read_pinned();
    // Rule L1 does not allow the path. A pin without a file name can still allow the file; otherwise the remedy contains a pin that would.
    Result read_if_hash_is_pinned(const PathError &fault);
    // Checks the bytes of the file. source: the file that they were read from, or a copy.
    std::optional<Refusal> check_bytes(std::span<const std::byte> bytes, const Fd &source);
    // For a description that depends on other libraries, or that code of this one can change.
    std::optional<Refusal> describe_in_child(const Fd &source);
    static std::string hash_of(const Fd &whole);
    // Empty where copies cannot be loaded.
    Fd copy_of(const Fd &source) const;
    void make_plugins();
    std::optional<Refusal> check_go() const;
    Refusal with_file(Refusal wrong) const;
    static std::vector<std::string_view> views(const kith_str *list, std::uint32_t count);
};

} // namespace kith::core
