// SPDX-License-Identifier: MIT
#include "socket_path.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

namespace kith::app {

namespace fs = std::filesystem;

namespace {

// systemd separates several by colons; the first is the unit's own.
std::optional<std::string> runtime_directory(const Environment &environment) {
    const auto value = environment("RUNTIME_DIRECTORY");
    return value ? std::optional(value->substr(0, value->find(':'))) : std::nullopt;
}

} // namespace

std::optional<std::string> environment_variable(const char *name) {
    const char *value = std::getenv(name);
    return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
}

SocketPath default_socket(std::string_view name, const Environment &environment, bool root) {
    const std::string file = std::string(name) + ".sock";
    if (const auto directory = runtime_directory(environment)) return {*directory + "/kith.sock", false};
    if (root) return {"/run/kith/" + file, true};
    if (const auto directory = environment("XDG_RUNTIME_DIR")) return {*directory + "/kith/" + file, true};
    return {};
}

std::string name_of_file(std::string_view file) {
    std::string name = fs::path(file).stem();
    for (char &c : name) {
        const bool word =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
        if (!word) c = '_';
    }
    if (name.size() > 64) name.resize(64);
    return name.empty() ? "kith" : name;
}

std::vector<std::string> socket_directories(const Environment &environment) {
    std::vector<std::string> directories;
    if (const auto directory = runtime_directory(environment)) directories.push_back(*directory);
    directories.emplace_back("/run/kith");
    if (const auto directory = environment("XDG_RUNTIME_DIR")) directories.push_back(*directory + "/kith");
    return directories;
}

std::vector<std::string> sockets_in(const std::vector<std::string> &directories) {
    std::set<std::string> found;
    const auto look = [&](const fs::path &directory, bool deeper, const auto &self) -> void {
        std::error_code error;
        for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
            std::error_code none;
            const fs::file_status status = entry->symlink_status(none);
            if (none) continue;
            if (fs::is_socket(status) && entry->path().extension() == ".sock") found.insert(entry->path());
            if (deeper && fs::is_directory(status)) self(entry->path(), false, self);
        }
    };
    for (const std::string &directory : directories) look(directory, true, look);
    return {found.begin(), found.end()};
}

} // namespace kith::app
