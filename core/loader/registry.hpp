// SPDX-License-Identifier: MIT
//
// All plugins of this process: found in directories or linked in, each under the rules; a bad one never stops the good ones (L3).
#pragma once

#include "core/loader/library.hpp"

#include <functional>
#include <optional>

namespace kith::core {

class Registry {
  public:
    explicit Registry(Offer offer) : offer_(std::move(offer)) {}

    /// Load every `lib*.so` of the directory, in the order of their names. Files that are refused are listed in refused(). Returns
    /// what is wrong with the directory itself (it is missing, is no directory, cannot be read); nothing is loaded then.
    std::optional<Refusal> scan(const std::filesystem::path &directory);

    /// Load one file. Returns whether it was taken; else the reason is the last one in refused().
    bool load(const std::filesystem::path &file);

    /// Take an entry that is linked into this program; `name` stands for its file. entry: static.
    bool link(const kith_entry &entry, std::string name);

    /// Closes the libraries none of whose plugins is wanted, so that they cost no memory; nothing of them was created yet. One that starts
    /// threads (KITH_FLAG_THREADS) stays in the process. From then on this registry knows only what is wanted, and refused().
    void keep(const std::function<bool(const Plugin &)> &wanted);

    /// The plugin of this kind with that id or alias; null when there is none. Valid as long as the registry.
    const Plugin *find(std::uint32_t kind, std::string_view name) const;

    /// In the order they were loaded.
    std::span<const Plugin *const> plugins() const { return plugins_; }
    std::span<const std::unique_ptr<Library>> libraries() const { return libraries_; }
    std::span<const Refusal> refused() const { return refused_; }

  private:
    bool take(boost::system::result<std::unique_ptr<Library>, Refusal> outcome);
    std::optional<Refusal> find_duplicate(const Library &library) const;

    Offer offer_;
    std::vector<std::unique_ptr<Library>> libraries_;
    std::vector<const Plugin *> plugins_;
    std::vector<Refusal> refused_;
};

} // namespace kith::core
