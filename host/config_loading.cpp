// SPDX-License-Identifier: MIT
#include "config_loading.hpp"

#include "installation_check.hpp"

#include <core/config/load_config.hpp>
#include <core/engine/catalogue_from_registry.hpp>
#include <core/engine/engine_services.hpp>
#include <core/engine/isolation_choice.hpp>
#include <core/file_descriptor.hpp>
#include <core/loader/sha256_pin.hpp>
#include <host/world/asio_world.hpp>
#include <host/world/tls/tls_library_loader.hpp>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <iostream>
#include <malloc.h>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

#ifndef KITH_PLUGIN_DIR
#error "the build defines KITH_PLUGIN_DIR, where plugins are installed"
#endif

namespace kith::app {

namespace fs = std::filesystem;

namespace {

core::FileText failed(int error) { return {{}, std::strerror(error), false}; }

core::FileText read_file(const std::string &path, std::size_t limit) {
    const core::Fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (file.get() < 0) return failed(errno);
    struct stat info {};
    if (::fstat(file.get(), &info) != 0) return failed(errno);
    if (S_ISDIR(info.st_mode)) return {{}, "it is a directory", false};

    core::FileText result;
    result.exposed = (info.st_mode & (S_IRGRP | S_IROTH)) != 0;
    char chunk[4096];
    for (;;) {
        const ssize_t got = ::read(file.get(), chunk, sizeof chunk);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed(errno);
        if (got == 0) return result;
        result.text.append(chunk, static_cast<std::size_t>(got));
        if (result.text.size() > limit) return {{}, "it is larger than " + std::to_string(limit) + " bytes", false};
    }
}

std::optional<std::string> environment(const std::string &name) {
    const char *value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

// The manifest of the build, beside the default plugin directory: lines of a SHA-256, spaces and the name of a file. A missing one, or one
// that others can write, makes every plugin a stranger's.
std::vector<core::Pin> manifest_of_build() {
    std::vector<core::Pin> result;
    const core::Fd file{::open((default_plugin_dir() + ".sha256").c_str(), O_RDONLY | O_CLOEXEC)};
    struct stat info {};
    if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return result;
    if ((info.st_uid != 0 && info.st_uid != ::geteuid()) || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0) return result;
    std::istringstream lines(read_file(default_plugin_dir() + ".sha256", std::size_t{1} << 20).text);
    for (core::Pin pin; lines >> pin.sha256 >> pin.file;) result.push_back(pin);
    return result;
}

core::LoaderSettings loader_settings(const core::PluginSettings &settings, const std::shared_ptr<TlsLibraryLoading> &tls) {
    core::LoaderSettings result;
    const auto engine = core::engine_services();
    const auto world = AsioWorld::services();
    result.services.assign(engine.begin(), engine.end());
    result.services.insert(result.services.end(), world.begin(), world.end());
    for (const core::PluginPin &pin : settings.allow) result.pins.push_back({pin.file, pin.sha256});
    result.manifest = manifest_of_build();
    result.state_dir = settings.state_dir;
    if (tls) result.before_fork = [tls] { tls->wait(); };
    return result;
}

// tls: null when OpenSSL is not being loaded.
std::unique_ptr<core::Registry> read_plugins(const core::PluginSettings &settings, std::vector<core::Refusal> &directories,
                                             const std::shared_ptr<TlsLibraryLoading> &tls) {
    auto registry = std::make_unique<core::Registry>(loader_settings(settings, tls));
    for (const std::string &dir : settings.dirs.empty() ? std::vector{default_plugin_dir()} : settings.dirs) {
        if (auto refusal = registry->scan(dir)) directories.push_back(std::move(*refusal));
    }
    return registry;
}

// The text of the configuration; nothing, with the error, when it cannot be read.
std::optional<std::string> read_config(const std::string &file, LoadedConfig &result) {
    result.files.push_back(file);
    core::FileText text = read_file(file, core::config_size_limit);
    if (!text.error.empty()) {
        result.diagnostics.errors.push_back({file, 0, 0, "", "the file cannot be read: " + text.error});
        return std::nullopt;
    }
    result.sha256 = core::sha256(std::as_bytes(std::span(text.text)));
    return std::move(text.text);
}

std::function<core::FileText(const std::string &, std::size_t)> noting_reader(LoadedConfig &result) {
    return [&result](const std::string &path, std::size_t limit) {
        result.files.push_back(path);
        return read_file(path, limit);
    };
}

} // namespace

std::unique_ptr<core::Registry> load_plugins(std::string_view command, const std::string &dir) {
    core::PluginSettings settings;
    if (!dir.empty()) settings.dirs.push_back(dir);
    return load_plugins(command, settings);
}

std::unique_ptr<core::Registry> load_plugins(std::string_view command, const core::PluginSettings &settings) {
    std::vector<core::Refusal> unread;
    auto registry = read_plugins(settings, unread, {});
    for (const core::Refusal &refusal : unread)
        std::cerr << "kith " << command << ": " << refusal.file << ": " << refusal.reason << "; " << refusal.remedy << '\n';
    if (!unread.empty()) registry.reset();
    return registry;
}

std::string default_plugin_dir() {
    std::error_code error;
    const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
    for (const fs::path &dir : {here / "plugins", (here / KITH_PLUGINS_FROM_BIN).lexically_normal()}) {
        if (std::error_code none; fs::is_directory(dir, none)) return dir;
    }
    return KITH_PLUGIN_DIR;
}

LoadedConfig load_config(const std::string &file, const std::string &plugin_dir, PluginLoading use) {
    LoadedConfig result;
    const auto text = read_config(file, result);
    if (!text) return result;
    if (use == PluginLoading::open && text->find("\"tls\"") != std::string::npos)
        result.tls = std::make_shared<TlsLibraryLoading>();
    core::ConfigInputs inputs{
        .environment = environment,
        .read_file = noting_reader(result),
        .plugins =
            [&](const core::PluginSettings &settings) {
                if (result.registry == nullptr) {
                    core::PluginSettings all = settings;
                    if (!plugin_dir.empty()) all.dirs = {plugin_dir};
                    result.registry = read_plugins(all, result.directories, result.tls);
                }
                return core::catalogue_from_registry(*result.registry, result.directories);
            },
    };
    if (use == PluginLoading::load_in_child) inputs.file_fault = file_fault;
    result.config = core::load(file, *text, inputs, result.diagnostics);
    if (!result.config) return result;
    const auto wanted = [&](const core::Plugin &plugin) { return core::uses(*result.config, plugin); };
    const auto in_process = [&](const core::Plugin &plugin) { return core::needed_in_process(*result.config, plugin); };
    core::Registry &registry = *result.registry;
    // Gives back what reading has freed. Otherwise buffers that are allocated from now on and used in part, such as the 72 KB that each
    // library has for exceptions, would keep all its pages.
    if (use == PluginLoading::open) ::malloc_trim(0);
    if (!(use == PluginLoading::open ? registry.open(wanted, in_process) : registry.load_in_child(wanted))) {
        // Some plugins are now refused, so the configuration is validated again without them.
        result.diagnostics = {};
        result.config = core::load(file, *text, inputs, result.diagnostics);
    }
    if (result.config) registry.remove_unwanted(wanted);
    if (result.config && use == PluginLoading::load_in_child)
        check_helper_program(file, *result.config, registry, result.diagnostics);
    registry.close();
    return result;
}

LoadedConfig reload_config(const std::string &file, const std::string &plugin_dir, const core::Registry &running) {
    LoadedConfig result;
    const auto text = read_config(file, result);
    if (!text) return result;
    core::PluginCatalogue loaded = core::catalogue_from_registry(running, {});
    loaded.complete = false;
    core::ConfigInputs inputs{
        .environment = environment,
        .read_file = noting_reader(result),
        .plugins = [&](const core::PluginSettings &) { return core::PluginCatalogue(loaded); },
    };
    result.config = core::load(file, *text, inputs, result.diagnostics);
    if (result.config) return result;
    // Possibly it names a plugin that was not needed until now.
    inputs.plugins = [&](const core::PluginSettings &settings) {
        if (result.registry == nullptr) {
            core::PluginSettings all = settings;
            if (!plugin_dir.empty()) all.dirs = {plugin_dir};
            result.registry = read_plugins(all, result.directories, result.tls);
        }
        core::PluginCatalogue catalogue = core::catalogue_from_registry(*result.registry, result.directories);
        // A file that was changed meanwhile is used after a restart: what runs counts.
        std::erase_if(catalogue.installed,
                      [&](const core::PluginInfo &info) { return loaded.find(info.kind, info.id) != nullptr; });
        catalogue.installed.insert(catalogue.installed.end(), loaded.installed.begin(), loaded.installed.end());
        return catalogue;
    };
    const auto wanted = [&](const core::Plugin &plugin) {
        return running.find(plugin.kind(), plugin.id()) == nullptr && core::uses(*result.config, plugin);
    };
    result.diagnostics = {};
    result.config = core::load(file, *text, inputs, result.diagnostics);
    if (!result.config) return result;
    const auto in_process = [&](const core::Plugin &plugin) { return core::needed_in_process(*result.config, plugin); };
    if (!result.registry->open(wanted, in_process)) {
        result.diagnostics = {};
        result.config = core::load(file, *text, inputs, result.diagnostics);
    }
    if (result.config) result.registry->remove_unwanted(wanted);
    result.registry->close();
    return result;
}

namespace {

// A name of the new version that a plugin of another file has.
std::optional<core::Refusal> find_taken_name(const core::Library &next, const core::Library &former,
                                             const core::Registry &running) {
    for (const auto &plugin : next.plugins()) {
        std::vector<std::string_view> names{plugin->id()};
        names.insert(names.end(), plugin->aliases().begin(), plugin->aliases().end());
        for (const std::string_view name : names) {
            const core::Plugin *other = running.find(plugin->kind(), name);
            if (other != nullptr && &other->library() != &former)
                return core::Refusal{next.file(), "L5",
                                     '"' + std::string(name) + "\" is already used by " + other->library().file(),
                                     "keep one of the two files and remove the other"};
        }
    }
    return std::nullopt;
}

// Empty, with the refusal, when the file must not be used.
std::unique_ptr<core::Library> read_sealed(const core::PluginSettings &settings, const core::Library &former,
                                           std::optional<core::Refusal> &refusal) {
    core::Registry registry(loader_settings(settings, {}));
    const auto every = [](const core::Plugin &) { return true; };
    if (!registry.load(former.file()) || !registry.seal(every)) {
        refusal = registry.refused().back();
        return nullptr;
    }
    auto library = registry.release(*registry.libraries().front());
    if (library->sealed_copy() >= 0) return library;
    refusal =
        core::Refusal{former.file(), "L1", "it cannot be copied into memory here, so it cannot be loaded into another process",
                      "start kith again"};
    return nullptr;
}

} // namespace

LoadedReplacement read_replacement(const std::string &config_file, const core::PluginSettings &settings,
                                   const core::Registry &running, const core::Library &former) {
    LoadedReplacement result;
    std::unique_ptr<core::Library> library = read_sealed(settings, former, result.refusal);
    if (library != nullptr) result.refusal = find_taken_name(*library, former, running);
    if (result.refusal) return result;
    LoadedConfig read;
    const auto text = read_config(config_file, read);
    if (!text) {
        result.diagnostics = std::move(read.diagnostics);
        return result;
    }
    core::PluginCatalogue catalogue = core::catalogue_from_registry(running, {});
    std::erase_if(catalogue.installed, [&](const core::PluginInfo &info) { return info.file == former.file_name(); });
    for (core::PluginInfo &info : core::catalogue_of(*library)) catalogue.installed.push_back(std::move(info));
    const core::ConfigInputs inputs{
        .environment = environment,
        .read_file = noting_reader(read),
        .plugins = [&](const core::PluginSettings &) { return core::PluginCatalogue(catalogue); },
    };
    result.config = core::load(config_file, *text, inputs, result.diagnostics);
    if (result.config) result.library = std::move(library);
    return result;
}

} // namespace kith::app
