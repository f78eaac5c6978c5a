// SPDX-License-Identifier: MIT
//
// All plugins of this process, found in directories or linked into the program. Each is checked under the rules; a refused file never
// affects the others (L3). Files are first read, which runs no code of them, and opened when the configuration has selected plugins.
#pragma once

#include "core/loader/description_zygote.hpp"
#include "core/loader/library.hpp"

#include <functional>
#include <optional>

namespace kith::core {

class Registry {
  public:
    using Wanted = std::function<bool(const Plugin &)>;

    explicit Registry(LoaderSettings settings)
        : settings_(std::move(settings)), zygote_(std::make_unique<Zygote>(settings_.before_fork)) {}

    /// Reads every `lib*.so` of the directory, in the order of their names. Refused files are added to refused(). Returns the error of
    /// the directory itself (missing, not a directory, not readable); no file is read then.
    std::optional<Refusal> scan(const std::filesystem::path &directory);

    /// Reads one file. Returns whether it was accepted; otherwise the reason is the last element of refused().
    bool load(const std::filesystem::path &file);

    /// Adds an entry that is linked into this program. `name` is used as its file name. entry: static.
    bool link(const kith_entry &entry, std::string name);

    /// Opens the libraries that contain a wanted plugin; their constructors run. Libraries that cannot be opened are moved to refused().
    /// Returns whether all were opened. in_process: asked for each wanted plugin of a sealed library; one of which no plugin is used in
    /// this process stays sealed.
    bool open(
        const Wanted &wanted, const Wanted &in_process = [](const Plugin &) { return true; });

    /// As open(), in child processes that end: no library is loaded into this process.
    bool load_in_child(const Wanted &wanted);

    /// Removes the libraries that contain no wanted plugin.
    void remove_unwanted(const Wanted &wanted);

    /// Takes the libraries and warnings of another registry, all of whose plugins this one does not have; for a reload.
    void adopt(Registry &other);

    /// Puts a library in the place of another one of this registry, all of whose names it may have. Returns that one.
    std::unique_ptr<Library> exchange(const Library &former, std::unique_ptr<Library> next);

    /// As open(), but no library is loaded into this process: each is sealed.
    bool seal(const Wanted &wanted);
    /// Removes a library from this registry.
    std::unique_ptr<Library> release(const Library &library);

    /// Ends the zygote, and releases what only reading needs. No file can be read afterwards.
    void close() {
        zygote_.reset();
        settings_ = {};
    }

    /// The plugin of this kind with this id or alias; null: none. Valid as long as the registry.
    const Plugin *find(std::uint32_t kind, std::string_view name) const;

    /// In loading order.
    std::span<const Plugin *const> plugins() const { return plugins_; }
    std::span<const std::unique_ptr<Library>> libraries() const { return libraries_; }
    std::span<const Refusal> refused() const { return refused_; }
    /// Warnings for the operator about open libraries, without duplicates.
    std::span<const std::string> warnings() const { return warnings_; }

  private:
    bool take(boost::system::result<std::unique_ptr<Library>, Refusal> outcome);
    std::optional<Refusal> find_duplicate(const Library &library) const;
    template <class F>
    bool each_wanted(const Wanted &wanted, F &&open);
    void forget(const Library &library);

    LoaderSettings settings_;
    std::unique_ptr<Zygote> zygote_;
    Buffer buffer_;
    std::vector<std::unique_ptr<Library>> libraries_;
    std::vector<const Plugin *> plugins_;
    std::vector<Refusal> refused_;
    std::vector<std::string> warnings_;
};

} // namespace kith::core
