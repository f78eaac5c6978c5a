// SPDX-License-Identifier: MIT
//
// All plugins of this process: found in directories or linked in, each under the rules; a bad one never stops the good ones (L3).
// Those of files are read first, which runs nothing of them, and opened when the configuration has chosen.
#pragma once

#include "core/loader/library.hpp"
#include "core/loader/zygote.hpp"

#include <functional>
#include <optional>

namespace kith::core {

class Registry {
  public:
    using Wanted = std::function<bool(const Plugin &)>;

    explicit Registry(LoaderSettings settings) : settings_(std::move(settings)), zygote_(std::make_unique<Zygote>()) {}

    /// Read every `lib*.so` of the directory, in the order of their names. Files that are refused are listed in refused(). Returns
    /// what is wrong with the directory itself (it is missing, is no directory, cannot be read); nothing is read then.
    std::optional<Refusal> scan(const std::filesystem::path &directory);

    /// Read one file. Returns whether it was taken; else the reason is the last one in refused().
    bool load(const std::filesystem::path &file);

    /// Take an entry that is linked into this program; `name` stands for its file. entry: static.
    bool link(const kith_entry &entry, std::string name);

    /// Open the libraries of which a plugin is wanted: their constructors run. One that cannot be opened is in refused() from now on. Returns
    /// whether all could.
    bool open(const Wanted &wanted);

    /// The same in processes that end: nothing of the libraries is in this one afterwards.
    bool load_in_child(const Wanted &wanted);

    /// Forgets the libraries none of whose plugins is wanted.
    void remove_unwanted(const Wanted &wanted);

    /// Ends the process that describes what cannot be read. Nothing is read from now on.
    void close() { zygote_.reset(); }

    /// The plugin of this kind with that id or alias; null when there is none. Valid as long as the registry.
    const Plugin *find(std::uint32_t kind, std::string_view name) const;

    /// In the order they were loaded.
    std::span<const Plugin *const> plugins() const { return plugins_; }
    std::span<const std::unique_ptr<Library>> libraries() const { return libraries_; }
    std::span<const Refusal> refused() const { return refused_; }
    /// What the operator should know of what is open; each once.
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
