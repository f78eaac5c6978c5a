// SPDX-License-Identifier: MIT
#include <core/config/global_settings_reader.hpp>
#include <core/config/json_member_or_default.hpp>

namespace kith::core {

using namespace member_or_default;

namespace {

// "sha256:DIGITS" or "sha256:DIGITS FILE", also as the member `sha256` of an object with the member `file`.
PluginPin plugin_pin(const json::value &value) {
    PluginPin pin;
    pin.file = text_in(value, "file");
    pin.sha256 = value.is_string() ? std::string(view(value.get_string())) : text_in(value, "sha256");
    if (pin.sha256.starts_with("sha256:")) pin.sha256.erase(0, 7);
    if (const auto space = pin.sha256.find(' '); space != std::string::npos) {
        if (pin.file.empty()) pin.file = pin.sha256.substr(space + 1);
        pin.sha256.erase(space);
    }
    for (char &c : pin.sha256) {
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    }
    return pin;
}

PluginSettings plugin_settings(const json::value &plugins) {
    PluginSettings out;
    out.dirs = texts_in(plugins, "dir");
    if (const std::string isolate = text_in(plugins, "isolate"); isolate == "all")
        out.isolate = PluginSettings::Isolate::all;
    else if (isolate == "none")
        out.isolate = PluginSettings::Isolate::none;
    if (const auto *watch = member(plugins, "watch")) out.watch = watch->is_bool() && watch->get_bool();
    if (const auto *limits = member(plugins, "limits")) {
        out.memory = static_cast<std::uint64_t>(integer_in(*limits, "memory", static_cast<std::int64_t>(out.memory >> 20)))
                     << 20;
        constexpr std::uint64_t millisecond = 1'000'000;
        out.answer_timeout = static_cast<std::uint64_t>(
                                 integer_in(*limits, "answer", static_cast<std::int64_t>(out.answer_timeout / millisecond))) *
                             millisecond;
    }
    const auto *allow = member(plugins, "allow");
    if (!allow || !allow->is_array()) return out;
    for (const auto &pin : allow->get_array()) {
        auto read = plugin_pin(pin);
        if (read.sha256.size() == 64) out.allow.push_back(std::move(read));
    }
    return out;
}

} // namespace

void read_global_settings(const json::value &root, ConfigFileContent &file) {
    file.name = text_in(root, "name");
    file.state_dir = text_in(root, "state_dir");
    if (const auto *plugins = member(root, "plugins")) file.plugins = plugin_settings(*plugins);
    if (const auto *log = member(root, "log")) {
        file.log.format = text_in(*log, "format");
        file.log.level = text_in(*log, "level");
    }
    if (const auto *events = member(root, "events")) {
        file.events.ring = static_cast<std::uint32_t>(integer_in(*events, "ring", file.events.ring));
        file.events.queue = static_cast<std::uint32_t>(integer_in(*events, "queue", file.events.queue));
    }
}

} // namespace kith::core
