// SPDX-License-Identifier: MIT
#include <tests/sim/config_cache.hpp>

namespace kith::sim {

std::shared_ptr<const core::Config> ConfigCache::load(std::size_t config, const Texts &environment, const Read &read,
                                                      core::Diagnostics &diagnostics) {
    const auto value = [&](const std::string &name) -> std::string {
        const auto found = environment.find(name);
        return found == environment.end() ? std::string("\1") : found->second;
    };
    // The first load of a text records which variables and files it refers to, so a host with the same values needs no load.
    const auto key = [&] {
        std::string out = std::to_string(config);
        for (const auto &[name, is_file] : requested_[config]) out += '\0' + (is_file ? read(name).text : value(name));
        return out;
    };
    if (requested_.contains(config)) {
        if (const auto found = known_.find(key()); found != known_.end()) return found->second;
    }
    const core::ConfigInputs inputs{
        .environment = [&](const std::string &name) -> std::optional<std::string> {
            requested_[config][name] = false;
            const auto found = environment.find(name);
            return found == environment.end() ? std::nullopt : std::optional(found->second);
        },
        .read_file =
            [&](const std::string &path, std::size_t) {
                requested_[config][path] = true;
                return read(path);
            },
        .plugins = [&](const core::PluginSettings &) { return plugins_.catalogue; },
    };
    const ConfigText &text = scenario_.configs[config];
    auto loaded = core::load(text.file, text.text, inputs, diagnostics);
    if (!loaded) return nullptr;
    auto shared = std::make_shared<const core::Config>(std::move(*loaded));
    known_.emplace(key(), shared);
    return shared;
}

} // namespace kith::sim
