// SPDX-License-Identifier: MIT
#include "replacer.hpp"

#include <core/config/diagnostics.hpp>
#include <core/reload/plan.hpp>

#include <algorithm>
#include <utility>

namespace kith::app {

namespace {

// Whether the part is an instance of a plugin of this library that takes other options.
bool is_of(const core::ReloadPlan::Part &part, const core::EngineView &view, const core::Library &library) {
    if (part.action != core::ReloadPlan::Action::restarted) return false;
    constexpr std::string_view prefixes[] = {"connectors.", "", "topologies.", "sinks.", ""}; // by kind
    const std::string name = std::string(prefixes[static_cast<std::size_t>(part.kind)]) + part.name;
    return std::ranges::any_of(
        view.instances, [&](const core::InstanceView &one) { return one.name == name && one.file == library.file_name(); });
}

// What differs in the configuration besides the options of the instances that are replaced; empty: nothing.
std::string other_changes(core::ReloadPlan plan, const core::EngineView &view, const core::Library &library) {
    std::erase_if(plan.parts, [&](const core::ReloadPlan::Part &part) { return is_of(part, view, library); });
    std::string text;
    for (const std::string &line : core::describe(plan)) text += (text.empty() ? "" : "; ") + line;
    return text;
}

ReplacementStart refusal(std::string_view code, std::string message, std::string_view remedy) {
    return {code, std::move(message), remedy};
}

} // namespace

Replacer::Replacer(core::Engine &engine, core::Registry &registry, Reloader &reloader, std::string config_file)
    : engine_(engine), registry_(registry), reloader_(reloader), config_file_(std::move(config_file)) {
    engine_.on_plugin_changed([this](const std::string &file) { request(file, false, [](const ReplacementVerdict &) {}); });
}

ReplacementStart Replacer::request(const std::string &file, bool dry_run,
                                   std::function<void(const ReplacementVerdict &)> verdict) {
    const core::EngineView view = engine_.view();
    const auto in_use = [&](const core::Library &library) {
        return std::ranges::any_of(view.instances,
                                   [&](const core::InstanceView &one) { return one.file == library.file_name(); });
    };
    const auto former =
        std::ranges::find_if(registry_.libraries(), [&](const auto &library) { return library->file_name() == file; });
    if (former == registry_.libraries().end() || !in_use(**former))
        return refusal("not_found", "no instance in use is of the file `" + file + "`",
                       "GET /v1/plugins lists the files, which are named here without their directories.");
    ReplacementStart start = begin(**former, dry_run, std::move(verdict));
    if (!start.error.empty() && !dry_run && start.error != "busy") engine_.publish_not_replaced(file, start.message);
    return start;
}

ReplacementStart Replacer::begin(const core::Library &former, bool dry_run,
                                 std::function<void(const ReplacementVerdict &)> verdict) {
    if (const core::Status busy = engine_.may_replace(); !busy) // before the file is read
        return refusal("busy", busy.text, "Ask again when it has ended, which takes 10 s at most.");
    LoadedReplacement read = read_replacement(config_file_, reloader_.config().plugins, registry_, former);
    if (read.refusal)
        return refusal("refused", read.refusal->rule + ": " + read.refusal->reason + "; " + read.refusal->remedy,
                       "Install another file in its place, by mv or install; the former one goes on.");
    if (!read.config)
        return refusal("config_refused",
                       "the configuration is invalid with the new version: " + core::to_text(read.diagnostics),
                       "Correct the configuration and reload it, or install another version; the former one goes on.");
    const std::string others = other_changes(core::plan_reload(reloader_.config(), *read.config), engine_.view(), former);
    if (!others.empty())
        return refusal("config_changed",
                       "the configuration differs from the one in force, apart from the options of this plugin: " + others,
                       "Reload the configuration first (`kith reload`), or start kith again if the new version changes the "
                       "meaning of it.");
    auto config = std::make_shared<const core::Config>(std::move(*read.config));
    const core::Status status = engine_.replace(
        {.former = &former,
         .next = std::move(read.library),
         .config = config,
         .exchange = [this](const core::Library &out,
                            std::unique_ptr<core::Library> in) { return registry_.exchange(out, std::move(in)); },
         .taken_back = [this](std::shared_ptr<const core::Config> previous) { conclude(std::move(previous), {}); },
         .dry_run = dry_run,
         .done =
             [this, dry_run, config, verdict = std::move(verdict)](const core::PluginReplacement::Outcome &outcome) {
                 if (!dry_run) conclude(config, outcome);
                 verdict({dry_run ? "possible" : outcome.failure.empty() ? "replaced" : "failed", outcome});
             }});
    if (status) return {};
    return refusal("not_replaceable", status.text, "Start kith again, which interrupts no link.");
}

void Replacer::conclude(std::shared_ptr<const core::Config> config, const core::PluginReplacement::Outcome &outcome) {
    if (outcome.failure.empty()) reloader_.take(std::move(config));
    reloader_.follow_up();
}

} // namespace kith::app
