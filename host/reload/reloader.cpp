// SPDX-License-Identifier: MIT
#include "reloader.hpp"

#include <core/config/diagnostics.hpp>
#include <kith/service/log.h>

#include <utility>

namespace kith::app {

namespace {

constexpr std::size_t most_reported_errors = 20;

std::string errors_of(const core::Diagnostics &diagnostics) {
    core::Diagnostics shown;
    for (const auto &error : diagnostics.errors) {
        if (shown.errors.size() < most_reported_errors) shown.errors.push_back(error);
    }
    std::string text = core::to_text(shown);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    if (diagnostics.errors.size() > most_reported_errors)
        text += "\nand " + std::to_string(diagnostics.errors.size() - most_reported_errors) + " more";
    return text;
}

std::string list_of(const std::vector<std::string> &names) {
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < 5; ++i) text += (i == 0 ? "" : ", ") + names[i];
    return names.size() > 5 ? text + " ..." : text;
}

// "topology app: 3 of 4 peers are disconnected (a, b, c)", for each list that is too long.
std::string affected(const std::vector<core::ReloadEffect> &effects) {
    std::string text;
    for (const auto &effect : effects) {
        if (!effect.too_many) continue;
        const auto add = [&](const std::vector<std::string> &names, const char *what) {
            if (names.empty()) return;
            text += (text.empty() ? "" : "; ") + std::string("topology ") + effect.topology + ": " +
                    std::to_string(names.size()) + " of " + std::to_string(effect.names) + " peers " + what + " (" +
                    list_of(names) + ')';
        };
        add(effect.not_dialled, "are no longer connected, their links stay");
        add(effect.parted, "are disconnected");
    }
    return text;
}

} // namespace

Reloader::Reloader(core::Engine &engine, core::Registry &registry, const LoadedConfig &loaded, Settings settings)
    : engine_(engine),
      registry_(registry),
      settings_(std::move(settings)),
      config_(std::make_shared<const core::Config>(*loaded.config)),
      sha256_(loaded.sha256),
      files_(loaded.files) {
    engine_.on_rollback([this](std::shared_ptr<const core::Config> previous, const std::string &reason) {
        config_ = std::move(previous);
        sha256_.clear(); // the file has other content than what runs
        if (const std::string why = settings_.prepare(*config_); why.empty()) {
            settings_.conclude(true);
        } else {
            settings_.log(KITH_LOG_ERROR, "the API does not listen as before the reload", why);
        }
        note("failed", reason);
    });
}

void Reloader::note(std::string verdict, const std::string &reason) {
    last_ = Last{engine_.view().wall, std::move(verdict), reason};
}

ReloadStart Reloader::refuse(std::string_view code, std::string message, std::string_view remedy,
                             const ReloadRequest &request) {
    ReloadStart start;
    start.error = code;
    start.remedy = remedy;
    if (!request.dry_run && code != "busy") {
        note("refused", message);
        engine_.publish_refused_config(message);
    }
    start.message = std::move(message);
    return start;
}

ReloadStart Reloader::request(const ReloadRequest &request, std::function<void(const ReloadVerdict &)> verdict) {
    if (engine_.reloading() || engine_.replacing())
        return refuse("busy", engine_.replacing() ? "a plugin is being replaced" : "a reload is under way",
                      "Ask again when it has ended, which takes a few seconds.", request);
    LoadedConfig loaded = reload_config(settings_.file, settings_.plugin_dir, registry_);
    files_ = loaded.files;
    if (!loaded.config)
        return refuse("config_refused", errors_of(loaded.diagnostics),
                      "Correct the file, and reload again; the former configuration goes on.", request);
    ReloadStart start;
    start.plan = core::plan_reload(*config_, *loaded.config);
    if (!start.plan.refused.empty())
        return refuse("not_reloadable", list_of(start.plan.refused) + " cannot be changed while kith runs",
                      "Restart kith for it, which interrupts no link, or take the change back.", request);
    start.effects = engine_.foresee(*loaded.config);
    const bool changes = !start.plan.parts.empty();
    if (request.dry_run || !changes) {
        const char *word = changes ? "planned" : "unchanged";
        if (!request.dry_run) {
            sha256_ = loaded.sha256;
            note(word, {});
        }
        verdict({word, {}, 0});
        return start;
    }
    if (const std::string what = affected(start.effects); !what.empty() && !request.confirm)
        return refuse("needs_confirm", what, "If that is meant, reload with confirm: `kith reload --confirm`.", request);
    if (const std::string why = settings_.prepare(*loaded.config); !why.empty())
        return refuse("cannot_listen", "api.listen: " + why,
                      "Free the address or correct its `tls`, or choose another address, and reload again; the former "
                      "configuration goes on.",
                      request);
    if (loaded.registry) registry_.adopt(*loaded.registry);
    if (settings_.begins) settings_.begins();
    next_ = std::make_shared<const core::Config>(std::move(*loaded.config));
    next_sha256_ = loaded.sha256;
    verdict_ = std::move(verdict);
    began_ = engine_.now();
    engine_.reload(next_, [this](const std::string &failure) { conclude(failure); });
    return start;
}

void Reloader::conclude(const std::string &failure) {
    if (failure.empty()) {
        config_ = std::move(next_);
        sha256_ = next_sha256_;
    }
    next_.reset();
    settings_.conclude(failure.empty());
    note(failure.empty() ? "applied" : "failed", failure);
    settings_.log(failure.empty() ? KITH_LOG_INFO : KITH_LOG_ERROR,
                  failure.empty() ? "the new configuration is in force" : "the new configuration was taken back", failure);
    if (const auto verdict = std::exchange(verdict_, nullptr))
        verdict({failure.empty() ? "applied" : "failed", failure, (engine_.now() - began_) / 1'000'000});
    if (settings_.ended) settings_.ended();
    follow_up();
}

void Reloader::follow_up() {
    if (std::exchange(again_, false)) request_unattended(std::exchange(unchanged_, nullptr));
}

void Reloader::request_unattended(std::function<void()> unchanged) {
    if (engine_.reloading() || engine_.replacing()) {
        again_ = true;
        unchanged_ = std::move(unchanged);
        return;
    }
    // The verdict may come later, when nobody waits for it any more.
    const auto same = std::make_shared<bool>(false);
    const ReloadStart start = request({}, [same](const ReloadVerdict &verdict) { *same = verdict.word == "unchanged"; });
    if (!start.error.empty()) settings_.log(KITH_LOG_ERROR, "the configuration is not reloaded", start.message);
    if (*same && unchanged) unchanged();
}

} // namespace kith::app
