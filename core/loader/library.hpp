// SPDX-License-Identifier: MIT
//
// One plugin library: a file that was checked under the rules L1, L2, A1, A2 and L5 and can be loaded, or an entry linked into this
// program.
#pragma once

#include "core/loader/file_bytes.hpp"
#include "core/loader/loader_settings.hpp"
#include "core/loader/path_permissions.hpp"
#include "core/loader/plugin_description.hpp"
#include "core/loader/refusal.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

class Zygote;

class Library;

/// One plugin of a library, as its descriptor describes it. The strings are copies with the lifetime of the Library.
class Plugin {
  public:
    std::uint32_t kind() const { return descriptor_.kind; }
    std::string_view id() const { return view(descriptor_.id); }
    std::string_view version() const { return view(descriptor_.version); }
    std::string_view licence() const { return view(descriptor_.licence); }
    std::string_view summary() const { return view(descriptor_.summary); }
    /// JSON Schema of the options; valid JSON. Empty: the plugin has none.
    std::string_view options() const { return view(descriptor_.options); }
    std::span<const std::string_view> required() const { return required_; }
    std::span<const std::string_view> optional() const { return optional_; }
    std::span<const std::string_view> aliases() const { return aliases_; }
    std::span<const std::string_view> env() const { return env_; }
    bool has_flag(std::uint32_t flag) const { return (descriptor_.flags & flag) != 0; }
    std::uint32_t prune() const { return descriptor_.prune; }
    std::uint32_t parallel() const { return descriptor_.parallel; }

    /// Whether `name` is its id or an alias.
    bool is_named(std::string_view name) const;
    /// Whether the descriptor lists this service as required or optional.
    bool declares_service(std::string_view service) const;

    /// A copy of the descriptor; members beyond the plugin's struct_size are zero (A2).
    const kith_descriptor &descriptor() const { return descriptor_; }
    const Library &library() const { return *library_; }

    /// Calls kith_entry::create for this descriptor. The library must be open. `*out` is null on failure.
    std::int32_t create(const kith_host &host, const kith_instance **out) const;

  private:
    friend struct LibraryBuilder;
    kith_descriptor descriptor_{};
    std::vector<std::string_view> required_, optional_, aliases_, env_;
    const Library *library_ = nullptr;
    std::size_t index_ = 0; // of its descriptor
};

/// Resources that reading a library needs; they outlive the call.
struct ReadContext {
    Zygote &zygote;     ///< describes libraries whose description cannot be read from the file
    Buffer &buffer;     ///< reused for the bytes of each file
    PathChecker &paths; ///< for one pass over the files
};

/// Size and modification time of a file when it was opened, to detect that it was replaced.
struct FileState {
    std::uint64_t size = 0;
    std::int64_t modified = 0; ///< nanoseconds since 1970
    bool operator==(const FileState &) const = default;
};

/// A loaded library stays loaded when this object is destroyed: the daemon never calls dlclose (L4).
class Library {
  public:
    using Result = boost::system::result<std::unique_ptr<Library>, Refusal>;

    /// Checks the file under all rules, from its bytes. No code of it runs in this process.
    static Result read(const std::filesystem::path &file, const LoaderSettings &settings, const ReadContext &context);

    /// Loads a library that was read; its constructors run. Returns why it cannot be loaded or must not be used; empty: success.
    std::optional<Refusal> open(const LoaderSettings &settings, const ReadContext &context);

    /// Makes the sealed copy that open() loads, and checks that the file is still the same. For a process that loads it elsewhere. Nothing
    /// is done where it was made already, or where copies cannot be made.
    std::optional<Refusal> seal(const LoaderSettings &settings, const ReadContext &context);

    /// As open(), in a child process that ends: the library is not loaded into this process.
    std::optional<Refusal> load_in_child(const LoaderSettings &settings, const ReadContext &context) const;

    /// read() and open().
    static Result load(const std::filesystem::path &file, const LoaderSettings &settings);

    /// Checks an entry that is linked into this program. `name` is used as the file name. entry: static.
    static Result link(const kith_entry &entry, std::string name, const LoaderSettings &settings);

    Library(const Library &) = delete;
    Library &operator=(const Library &) = delete;
    ~Library();

    /// The path as it was given, or the name that was passed to link().
    const std::string &file() const { return file_; }
    /// Whether it is pinned: loaded from a copy whose SHA-256 is in plugins.allow.
    bool pinned() const { return pinned_; }
    /// The same without directory.
    std::string_view file_name() const { return std::string_view(file_).substr(file_.rfind('/') + 1); } // npos + 1 is 0
    /// Whether it is of this build, by LoaderSettings::manifest: the sealed copy, or else the file as it is at the first call. The plugins
    /// of others are isolated, and have only the rights of PluginRights.
    bool first_party() const;
    std::span<const std::unique_ptr<Plugin>> plugins() const { return plugins_; }
    const kith_entry &entry() const { return *entry_; }
    bool is_open() const { return entry_ != nullptr; }
    /// The sealed copy, as long as the library; -1: there is none.
    int sealed_copy() const;
    /// The description of the file, for a process that loads the copy (see Description).
    std::string serialized_description() const { return serialize(description_); }
    /// The ABI version that it was built with, such as "1.0".
    std::string abi() const;
    /// SHA-256 of the file, computed at the first call; empty for a linked entry, and when the file cannot be read.
    const std::string &sha256() const;
    /// State of the file when it was opened; empty for a linked entry.
    const std::optional<FileState> &file_state() const { return file_state_; }
    /// Warnings for the operator about an open library, one sentence each.
    std::span<const std::string> warnings() const { return warnings_; }

    /// Calls dlclose, for tests and the checker. Nothing of the library may be used afterwards.
    void unload();

  private:
    Library();
    struct Handle;
    std::string file_;
    Description description_;
    std::vector<std::unique_ptr<Plugin>> plugins_;
    std::unique_ptr<Handle> handle_;
    const kith_entry *entry_ = nullptr; // null until it is open
    mutable std::string sha256_;
    std::optional<FileState> file_state_;
    std::vector<std::string> warnings_;
    std::optional<std::string> listed_; // SHA-256 in the manifest; empty: it is not there; none: there is no manifest
    mutable std::optional<bool> first_party_;
    bool pinned_ = false;
    bool described_in_child_ = false; // a child process made its description
    bool go_ = false;

    friend struct LibraryBuilder;
};

} // namespace kith::core
