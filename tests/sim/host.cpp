// SPDX-License-Identifier: MIT
#include <tests/sim/host.hpp>

#include <kith/service/log.h>

#include <utility>

namespace kith::sim {

namespace {

constexpr std::size_t batch = 256;

std::string_view level_name(std::uint32_t level) { return level >= KITH_LOG_ERROR ? "error" : "warning"; }

void append_member(std::string &out, std::string_view key, std::string_view value) {
    out += out.size() > 1 ? "," : "";
    core::append_json_string(out, key);
    out += ':';
    core::append_json_string(out, value);
}

} // namespace

Host::Host(std::size_t index, const HostSettings &settings, testkit::SimulatedMachine &machine, const core::Registry &registry,
           NodeNameIndex &names, Trace &trace, std::function<void(Host &)> on_change)
    : index_(index),
      settings_(settings),
      machine_(machine),
      registry_(registry),
      names_(names),
      trace_(trace),
      changed_hosts_(std::move(on_change)),
      environment_(variables_of(settings)) {
    for (const auto &[name, value] : environment_) machine.env(name, value);
    for (const auto &[path, text] : settings.files) machine.file(path, text);
}

Host::~Host() { kill(); }

void Host::env(const std::string &name, const std::string &value) {
    environment_[name] = value;
    machine_.env(name, value);
}

std::shared_ptr<const core::Config> Host::config(ConfigCache &configs, core::Diagnostics &diagnostics) const {
    const auto read = [&](const std::string &path) -> core::FileText {
        auto text = machine_.file(path);
        if (!text) return {{}, "no such file on " + name(), false};
        return {std::move(*text), {}, false};
    };
    return configs.load(settings_.config, environment_, read, diagnostics);
}

void Host::start(std::shared_ptr<const core::Config> config) {
    if (engine_ != nullptr) return;
    config_ = std::move(config);
    stopping_ = ended_ = false;
    if (!config_->state_dir.empty()) machine_.directory(config_->state_dir); // the daemon creates it
    started_ = machine_.net().now();
    checker_ = std::make_unique<InvariantChecker>(names_, *config_);
    isolated_ = std::make_unique<IsolatedPlugins>(machine_.net());
    engine_ = std::make_unique<core::Engine>(machine_, *this, *config_, registry_, isolated_.get());
    core::Subscription subscription;
    subscription.limit = config_->events.ring;
    subscription.notify = [this] { changed_hosts_(*this); };
    subscriber_ = engine_->bus().subscribe(std::move(subscription));
    engine_->start();
}

void Host::reload(const std::shared_ptr<const core::Config> &config) {
    if (core::plan_reload(*config_, *config).parts.empty()) return engine_->refresh();
    engine_->reload(config, [this, config](const std::string &failure) {
        if (failure.empty()) config_ = config;
    });
}

void Host::refuse_config(std::string_view reason) { engine_->publish_refused_config(reason); }

void Host::kill() {
    if (engine_ != nullptr) engine_->kill();
    engine_.reset();
    isolated_.reset();
    checker_.reset();
}

void Host::crash(std::string_view plugin) {
    if (isolated_ != nullptr) isolated_->crash(plugin);
}

void Host::stop() {
    if (!running()) return;
    stopping_ = true;
    engine_->stop([this] {
        ended_ = true;
        changed_hosts_(*this);
    });
}

std::string Host::take_events(Duration now, const std::function<void(const core::StoredEvent &)> &each) {
    if (engine_ == nullptr) return {};
    std::string broken;
    std::size_t count = 0;
    do {
        events_.clear();
        count = engine_->bus().take(subscriber_, batch, events_);
        seen_ += count;
        for (const core::EventRef &event : events_) {
            trace_.event(now, name(), event->json());
            if (auto what = checker_->see(*event); !what.empty() && broken.empty()) broken = std::move(what);
            each(*event);
        }
    } while (count == batch);
    events_.clear();
    if (broken.empty() && !stopping_) broken = checker_->check(*engine_);
    if (ended_) kill();
    return broken;
}

std::uint32_t Host::level() const noexcept { return KITH_LOG_WARNING; }

void Host::write(std::uint32_t level, std::string_view who, std::string_view message,
                 std::span<const kith_attribute> fields) noexcept {
    if (!trace_.wanted() || level < KITH_LOG_WARNING) return;
    std::string json = "{";
    append_member(json, "level", level_name(level));
    append_member(json, "who", who);
    append_member(json, "message", message);
    for (const kith_attribute &field : fields) append_member(json, core::view(field.name), core::view(field.value));
    trace_.log(machine_.net().now(), name(), json + '}');
}

} // namespace kith::sim
