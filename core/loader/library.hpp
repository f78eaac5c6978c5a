// SPDX-License-Identifier: MIT
//
// One plugin library: a file that was read, and perhaps opened, under the rules L1, L2, A1, A2 and L5, or an entry linked into this program.
#pragma once

#include "core/loader/file_bytes.hpp"
#include "core/loader/loader_settings.hpp"
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

/// One descriptor of a library. Its strings are copies, which live as long as the Library.
class Plugin {
  public:
    std::uint32_t kind() const { return descriptor_.kind; }
    std::string_view id() const { return view(descriptor_.id); }
    std::string_view version() const { return view(descriptor_.version); }
    std::string_view licence() const { return view(descriptor_.licence); }
    std::string_view summary() const { return view(descriptor_.summary); }
    /// JSON Schema of the options; checked to be JSON. Empty when the plugin gives none.
    std::string_view options() const { return view(descriptor_.options); }
    std::span<const std::string_view> required() const { return required_; }
    std::span<const std::string_view> optional() const { return optional_; }
    std::span<const std::string_view> aliases() const { return aliases_; }
    std::span<const std::string_view> env() const { return env_; }
    bool has_flag(std::uint32_t flag) const { return (descriptor_.flags & flag) != 0; }
    std::uint32_t prune() const { return descriptor_.prune; }
    std::uint32_t parallel() const { return descriptor_.parallel; }

    bool is_named(std::string_view name) const;
    /// May it ask for this service?
    bool declares_service(std::string_view service) const;

    /// A copy of the descriptor; what the plugin's own struct was too short to hold is zero (A2).
    const kith_descriptor &descriptor() const { return descriptor_; }
    const Library &library() const { return *library_; }

    /// kith_entry::create for this descriptor, of a library that is open. `*out` stays null on failure.
    std::int32_t create(const kith_host &host, const kith_instance **out) const;

  private:
    friend struct LibraryBuilder;
    kith_descriptor descriptor_{};
    std::vector<std::string_view> required_, optional_, aliases_, env_;
    const Library *library_ = nullptr;
    std::size_t index_ = 0; // of its descriptor
};

/// What reading a library may use besides the file.
struct ReadContext {
    Zygote &zygote; ///< describes what cannot be read
    Buffer &buffer; ///< for the bytes of one file after another
};

/// What a file was when it was opened; another one differs in one of these.
struct FileState {
    std::uint64_t size = 0;
    std::int64_t modified = 0; ///< nanoseconds since 1970
    bool operator==(const FileState &) const = default;
};

/// Never unloaded by itself, not even when it is destroyed: the daemon does not dlclose what was used (L4).
class Library {
  public:
    using Result = boost::system::result<std::unique_ptr<Library>, Refusal>;

    /// Check the file under every rule, from its bytes. Nothing of it runs in this process.
    static Result read(const std::filesystem::path &file, const LoaderSettings &settings, const ReadContext &context);

    /// Load a library that was read: its constructors run. Why it could not be, or must not be used.
    std::optional<Refusal> open(const LoaderSettings &settings, const ReadContext &context);

    /// The same in a process of its own, which ends: nothing of the library is in this one afterwards.
    std::optional<Refusal> load_in_child(const LoaderSettings &settings, const ReadContext &context) const;

    /// Read and open.
    static Result load(const std::filesystem::path &file, const LoaderSettings &settings);

    /// The same for an entry that is linked into this program. `name` stands for the file. entry: static.
    static Result link(const kith_entry &entry, std::string name, const LoaderSettings &settings);

    Library(const Library &) = delete;
    Library &operator=(const Library &) = delete;
    ~Library();

    /// As it was found, or the name that link() was given.
    const std::string &file() const { return file_; }
    /// Bytes came from a pinned copy, not from the path.
    bool pinned() const { return pinned_; }
    std::span<const std::unique_ptr<Plugin>> plugins() const { return plugins_; }
    const kith_entry &entry() const { return *entry_; }
    bool is_open() const { return entry_ != nullptr; }
    /// "1.0": the ABI it was built with.
    std::string abi() const;
    /// Read from the file when first asked for; empty for an entry that is linked in, or when the file cannot be read any more.
    const std::string &sha256() const;
    /// Of the file when it was opened; nothing for an entry that is linked in.
    const std::optional<FileState> &file_state() const { return file_state_; }
    /// What the operator should know of it once it is open, a sentence each.
    std::span<const std::string> warnings() const { return warnings_; }

    /// dlclose: for the checker. Nothing of the library may be used afterwards.
    void unload();

  private:
    Library();
    struct Handle;
    std::string file_;
    Description description_;
    std::vector<std::unique_ptr<Plugin>> plugins_;
    std::unique_ptr<Handle> handle_;
    const kith_entry *entry_ = nullptr; // once it is open
    mutable std::string sha256_;
    std::optional<FileState> file_state_;
    std::vector<std::string> warnings_;
    bool pinned_ = false;
    bool described_in_child_ = false; // its description was made by a process
    bool go_ = false;

    friend struct LibraryBuilder;
};

} // namespace kith::core
