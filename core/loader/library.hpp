// SPDX-License-Identifier: MIT
//
// One plugin library: a file that was loaded under the rules L1, L2, A1, A2 and L5, or an entry linked into this program.
#pragma once

#include "core/loader/pin.hpp"
#include "core/loader/refusal.hpp"

#include <kith/plugin.h>

#include <boost/system/result.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

inline std::string_view view(const kith_str &text) { return {text.data, static_cast<std::size_t>(text.size)}; }

/// What the host brings to a plugin, as far as the loader looks at it.
struct Offer {
    std::vector<std::string> services;        ///< ids of all services offered, such as "kith.timer/1"
    std::vector<Pin> pins;                    ///< `plugins.allow`
    std::uint32_t abi_major = KITH_ABI_MAJOR; ///< changed by tests only
    std::uint32_t abi_minor = KITH_ABI_MINOR; ///< changed by tests only

    bool has(std::string_view service) const;
};

class Library;

/// One descriptor of a library. Its strings are the library's own: they live as long as it is loaded, which is for ever in a daemon.
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

    bool answers_to(std::string_view name) const;
    /// May it ask for this service?
    bool declares(std::string_view service) const;

    /// A copy of the descriptor; what the plugin's own struct was too short to hold is zero (A2).
    const kith_descriptor &descriptor() const { return descriptor_; }
    const Library &library() const { return *library_; }

    /// kith_entry::create for this descriptor. `*out` stays null on failure.
    std::int32_t create(const kith_host &host, const kith_instance **out) const;

  private:
    friend struct LibraryBuilder;
    kith_descriptor descriptor_{};
    std::vector<std::string_view> required_, optional_, aliases_, env_;
    const Library *library_ = nullptr;
};

/// Never unloaded by itself, not even when it is destroyed: the daemon does not dlclose what was used (L4).
class Library {
  public:
    /// Check the file under every rule and load it. Its constructors have run when this returns a library, or a refusal under one of
    /// the rules that are looked at after loading (L2's undefined symbols, A1's services, A2, L5).
    static boost::system::result<std::unique_ptr<Library>, Refusal> load(const std::filesystem::path &file, const Offer &offer);

    /// The same for an entry that is linked into this program. `name` stands for the file. entry: static.
    static boost::system::result<std::unique_ptr<Library>, Refusal> link(const kith_entry &entry, std::string name,
                                                                         const Offer &offer);

    Library(const Library &) = delete;
    Library &operator=(const Library &) = delete;
    ~Library();

    /// As it was found, or the name that link() was given.
    const std::string &file() const { return file_; }
    /// Bytes came from a pinned copy, not from the path.
    bool pinned() const { return pinned_; }
    std::span<const std::unique_ptr<Plugin>> plugins() const { return plugins_; }
    const kith_entry &entry() const { return entry_; }
    /// "1.0": the ABI it was built with.
    std::string abi() const;
    /// Read from the file when first asked for; empty for an entry that is linked in, or when the file cannot be read any more.
    const std::string &sha256() const;

    /// dlclose: for the checker, and for what nobody uses (Registry::keep). Nothing of the library may be used afterwards.
    void unload();

  private:
    Library();
    struct Handle;
    std::string file_;
    kith_entry entry_{};
    std::vector<std::unique_ptr<Plugin>> plugins_;
    std::unique_ptr<Handle> handle_;
    mutable std::string sha256_;
    bool pinned_ = false;

    friend struct LibraryBuilder;
};

} // namespace kith::core
