// SPDX-License-Identifier: MIT
#include "core/loader/registry.hpp"

#include <algorithm>
#include <utility>

namespace kith::core {

namespace fs = std::filesystem;

std::optional<Refusal> Registry::scan(const fs::path &directory) {
    const auto wrong = [&directory](std::string reason, std::string remedy) {
        return Refusal{directory.native(), "L1", std::move(reason), std::move(remedy)};
    };
    std::error_code error;
    const auto status = fs::status(directory, error);
    if (status.type() == fs::file_type::not_found)
        return wrong("the plugins directory does not exist",
                     "create it, or set plugins.dir to the directory that contains the plugins");
    if (!error && status.type() != fs::file_type::directory)
        return wrong("it is a file, not a plugins directory", "set plugins.dir to the directory that contains the plugins");
    std::vector<fs::path> files;
    for (fs::directory_iterator entries(directory, error); !error && entries != fs::directory_iterator();
         entries.increment(error)) {
        const std::string name = entries->path().filename();
        if (name.starts_with("lib") && name.ends_with(".so")) files.push_back(entries->path());
    }
    if (error) {
        const bool denied = error == std::errc::permission_denied;
        return wrong("the plugins directory cannot be read: " + error.message(),
                     denied ? "make it readable for the user of kith: chmod a+rx " + directory.native()
                            : "examine it: ls -ld " + directory.native());
    }
    std::ranges::sort(files);
    PathChecker paths;
    for (const auto &file : files) take(Library::read(file, settings_, {*zygote_, buffer_, paths}));
    buffer_ = {};
    return std::nullopt;
}

bool Registry::load(const fs::path &file) {
    PathChecker paths;
    return take(Library::read(file, settings_, {*zygote_, buffer_, paths}));
}

bool Registry::link(const kith_entry &entry, std::string name) {
    return take(Library::link(entry, std::move(name), settings_));
}

bool Registry::take(boost::system::result<std::unique_ptr<Library>, Refusal> outcome) {
    if (!outcome) {
        refused_.push_back(outcome.error());
        return false;
    }
    std::unique_ptr<Library> library = std::move(*outcome);
    if (auto duplicate = find_duplicate(*library)) {
        refused_.push_back(*std::move(duplicate));
        return false;
    }
    for (const auto &plugin : library->plugins()) plugins_.push_back(plugin.get());
    libraries_.push_back(std::move(library));
    return true;
}

// If one plugin of a library has a name that is already used, the whole library is refused.
std::optional<Refusal> Registry::find_duplicate(const Library &library) const {
    const auto taken = [&](const Plugin &plugin, std::string_view name) -> std::optional<Refusal> {
        const Plugin *const first = find(plugin.kind(), name);
        if (first == nullptr) return std::nullopt;
        return Refusal{library.file(), "L5", "\"" + std::string(name) + "\" is already used by " + first->library().file(),
                       "keep one of the two files and remove the other"};
    };
    for (const auto &plugin : library.plugins()) {
        if (auto wrong = taken(*plugin, plugin->id())) return wrong;
        for (const auto alias : plugin->aliases())
            if (auto wrong = taken(*plugin, alias)) return wrong;
    }
    return std::nullopt;
}

namespace {

bool is_wanted(const Library &library, const Registry::Wanted &wanted) {
    return std::ranges::any_of(library.plugins(), [&](const auto &plugin) { return wanted(*plugin); });
}

} // namespace

template <class F>
bool Registry::each_wanted(const Wanted &wanted, F &&open) {
    const std::size_t before = refused_.size();
    const auto fails = [&](const std::unique_ptr<Library> &library) {
        if (!is_wanted(*library, wanted)) return false;
        auto wrong = open(*library);
        if (!wrong) return false;
        refused_.push_back(*std::move(wrong));
        forget(*library);
        return true;
    };
    std::erase_if(libraries_, fails);
    buffer_ = {};
    return refused_.size() == before;
}

bool Registry::open(const Wanted &wanted, const Wanted &in_process) {
    PathChecker paths;
    return each_wanted(wanted, [&](Library &library) {
        auto wrong = library.seal(settings_, {*zygote_, buffer_, paths});
        const auto both = [&](const Plugin &plugin) { return wanted(plugin) && in_process(plugin); };
        if (wrong || (library.sealed_copy() >= 0 && !is_wanted(library, both))) return wrong;
        wrong = library.open(settings_, {*zygote_, buffer_, paths});
        for (const auto &warning : library.warnings())
            if (std::ranges::find(warnings_, warning) == warnings_.end()) warnings_.push_back(warning);
        return wrong;
    });
}

bool Registry::load_in_child(const Wanted &wanted) {
    PathChecker paths;
    return each_wanted(wanted, [&](Library &library) { return library.load_in_child(settings_, {*zygote_, buffer_, paths}); });
}

void Registry::remove_unwanted(const Wanted &wanted) {
    std::erase_if(libraries_, [&](const std::unique_ptr<Library> &library) {
        if (is_wanted(*library, wanted)) return false;
        forget(*library);
        return true;
    });
}

void Registry::adopt(Registry &other) {
    for (auto &library : other.libraries_) {
        for (const auto &plugin : library->plugins()) plugins_.push_back(plugin.get());
        libraries_.push_back(std::move(library));
    }
    other.libraries_.clear();
    other.plugins_.clear();
    for (const auto &warning : other.warnings_)
        if (std::ranges::find(warnings_, warning) == warnings_.end()) warnings_.push_back(warning);
}

std::unique_ptr<Library> Registry::exchange(const Library &former, std::unique_ptr<Library> next) {
    const auto place = std::ranges::find(libraries_, &former, &std::unique_ptr<Library>::get);
    const auto first = std::ranges::find(plugins_, &former, [](const Plugin *plugin) { return &plugin->library(); });
    const auto at = first - plugins_.begin();
    forget(former);
    std::vector<const Plugin *> plugins;
    for (const auto &plugin : next->plugins()) plugins.push_back(plugin.get());
    plugins_.insert(plugins_.begin() + at, plugins.begin(), plugins.end());
    return std::exchange(*place, std::move(next));
}

bool Registry::seal(const Wanted &wanted) {
    PathChecker paths;
    return each_wanted(wanted, [&](Library &library) { return library.seal(settings_, {*zygote_, buffer_, paths}); });
}

std::unique_ptr<Library> Registry::release(const Library &library) {
    const auto place = std::ranges::find(libraries_, &library, &std::unique_ptr<Library>::get);
    forget(library);
    std::unique_ptr<Library> released = std::move(*place);
    libraries_.erase(place);
    return released;
}

void Registry::forget(const Library &library) {
    std::erase_if(plugins_, [&](const Plugin *plugin) { return &plugin->library() == &library; });
}

const Plugin *Registry::find(std::uint32_t kind, std::string_view name) const {
    const auto found =
        std::ranges::find_if(plugins_, [&](const Plugin *plugin) { return plugin->kind() == kind && plugin->is_named(name); });
    return found == plugins_.end() ? nullptr : *found;
}

} // namespace kith::core
