// SPDX-License-Identifier: MIT
#include <core/engine/plugin_instance.hpp>

#include <core/engine/engine_services.hpp>
#include <kith/hosting/status.hpp>
#include <kith/result.hpp>
#include <kith/service/log.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <utility>

namespace kith::core {

namespace {

// The result of a call into the plugin: negative is a failure, and a positive value is a bug of the plugin (E1).
std::int32_t known(std::int32_t status) { return status > 0 ? KITH_INTERNAL : status; }

} // namespace

PluginInstance::PluginInstance(const Plugin &plugin, Identity identity, std::string_view options, Dependencies dependencies)
    : plugin_(plugin), identity_(std::move(identity)), dependencies_(std::move(dependencies)), options_(options) {
    if (dependencies_.rights != nullptr)
        rights_ = std::make_unique<PluginRights>(
            *dependencies_.rights, plugin.library().file_name(), options, plugin.options(),
            [this](const std::string &text) { dependencies_.owner->on_right_refused(*this, text); });
    handle_.struct_size = sizeof handle_;
    handle_.abi_minor = KITH_ABI_MINOR;
    handle_.topology = str(identity_.topology);
    handle_.source = str(identity_.source);
    handle_.instance = str(identity_.name);
    handle_.engine = this;
    handle_.service = &on_service;
    handle_.cancel = &on_cancel;
    handle_.error = &on_error;
    handle_.stopped = &on_stopped;
    handle_.failed = &on_failed;
    clock_ = static_cast<const kith_clock_host *>(dependencies_.world.service(KITH_CLOCK));
}

PluginInstance::~PluginInstance() {
    // An instance that was not stopped is left as it is: the process is about to end.
    if (state_ != State::idle) dependencies_.world.close(handle_);
}

boost::system::result<void, Failure> PluginInstance::start() {
    assert(state_ == State::idle);
    waits_to_save_ = false;
    dependencies_.world.open(handle_, *this);
    error_.clear();
    const kith_instance *made = nullptr;
    std::int32_t status = KITH_OK;
    if (dependencies_.maker != nullptr) {
        const auto outcome = dependencies_.maker->create(*this, handle_, dependencies_.isolation);
        if (!outcome) {
            dependencies_.world.close(handle_);
            return outcome.error();
        }
        made = *outcome;
    } else {
        enter("create");
        status = known(plugin_.create(handle_, &made));
        leave();
    }
    if (status == KITH_OK && (made == nullptr || made->struct_size < sizeof(kith_instance))) {
        status = KITH_INVALID;
        error_ = "create gave no instance, or one whose struct_size is too small";
    }
    if (status != KITH_OK) {
        dependencies_.world.close(handle_);
        return Failure{status, take_error(), true};
    }
    std::memcpy(&instance_, made, sizeof instance_); // members that a later minor version appends are ignored (A2)
    observer_.attach(instance_.self);
    ask_sides();
    Failure failure;
    if (dependencies_.connector != nullptr && own_side(KITH_CONNECTOR) == nullptr) {
        failure = {KITH_UNSUPPORTED, "it has no side of " KITH_CONNECTOR ", so nothing could be joined", true};
    } else if (dependencies_.sink != nullptr && own_side(KITH_SINK) == nullptr) {
        failure = {KITH_UNSUPPORTED, "it has no side of " KITH_SINK ", so no event could reach it", true};
    } else {
        error_.clear();
        state_ = State::running; // start may begin operations and report observations
        status = known(call("start", [&](void *self) { return instance_.start(self); }));
        if (status == KITH_OK) return {};
        failure = {status, take_error()};
    }
    state_ = State::stopped; // its calls are refused from now on
    cancel_operations();
    call("destroy", [&](void *self) { instance_.destroy(self); });
    forget();
    return failure;
}

void PluginInstance::stop() {
    assert(state_ == State::running);
    state_ = State::stopping;
    cancel_operations(); // before stop(), so that operations that it begins within stop(), such as a farewell, continue
    call("stop", [&](void *self) { instance_.stop(self); });
}

void PluginInstance::destroy() {
    assert(state_ == State::stopped);
    call("destroy", [&](void *self) { instance_.destroy(self); });
    forget();
}

void PluginInstance::abandon() {
    assert(state_ == State::stopping);
    state_ = State::abandoned;
    dependencies_.world.silence(handle_);
    cancel_operations();
    drop_operations();
}

void PluginInstance::kill() {
    if (state_ == State::idle || state_ == State::abandoned) return;
    state_ = State::stopped;
    dependencies_.world.silence(handle_);
    destroy();
}

void PluginInstance::set_may_save(MaySave may) {
    may_save_ = may;
    if (may != MaySave::now || state_ == State::idle) return;
    waits_to_save_ = false;
    dependencies_.world.save_held(handle_);
}

PluginInstance::MaySave PluginInstance::may_save() noexcept {
    waits_to_save_ = waits_to_save_ || may_save_ == MaySave::later;
    return may_save_;
}

void PluginInstance::cancel_operations() noexcept {
    dependencies_.world.cancel_all(handle_);
    if (dependencies_.members != nullptr) dependencies_.members->cancel_all();
    if (dependencies_.messages != nullptr) dependencies_.messages->cancel_all();
}

void PluginInstance::drop_operations() noexcept {
    if (dependencies_.members != nullptr) dependencies_.members->drop();
    if (dependencies_.messages != nullptr) dependencies_.messages->drop();
}

void PluginInstance::forget() noexcept {
    dependencies_.world.close(handle_);
    drop_operations();
    metrics_.drop_gauges();
    instance_ = {};
    sides_.clear();
    state_ = State::idle;
}

void PluginInstance::ask_sides() {
    sides_.clear();
    for (const auto &ids : {plugin_.required(), plugin_.optional()}) {
        for (const std::string_view id : ids) {
            const void *table = call("service", [&](void *self) { return instance_.service(self, str(id)); });
            if (table != nullptr) sides_.push_back({id, table});
        }
    }
}

void PluginInstance::report(Failure failure) {
    if (state_ == State::running) dependencies_.owner->on_failed(*this, std::move(failure));
}

std::string PluginInstance::take_error() { return std::exchange(error_, {}); }

std::int32_t PluginInstance::refuse(std::int32_t status, std::string_view text) {
    error_ = text;
    if (status == KITH_STALE || status == KITH_CANCELLED) return status;
    const std::array fields = {
        kith_attribute{str("status"), str(status_slug(status))},
        kith_attribute{str("reason"), str(error_)},
    };
    dependencies_.logger.write(KITH_LOG_WARNING, identity_.name, "a call from the plugin was refused", fields);
    return status;
}

void PluginInstance::warn(std::string_view message, std::string_view reason) {
    const std::array fields = {kith_attribute{str("reason"), str(reason)}};
    dependencies_.logger.write(KITH_LOG_WARNING, identity_.name, message, fields);
}

const void *PluginInstance::service(std::string_view id) noexcept { return observer_.observe(id, own_side(id)); }

const void *PluginInstance::own_side(std::string_view id) const noexcept {
    const auto found = std::find_if(sides_.begin(), sides_.end(), [&](const Side &side) { return side.id == id; });
    return found == sides_.end() ? nullptr : found->table;
}

void PluginInstance::enter(const char *what) noexcept {
    what_ = what;
    entered_ = now();
}

void PluginInstance::leave() noexcept {
    const std::uint64_t elapsed = now() - entered_;
    ++calls_.calls;
    calls_.nanoseconds += elapsed;
    if (elapsed > calls_.longest) calls_.longest = elapsed;
    if (elapsed > stall_limit) dependencies_.owner->on_stalled(*this, what_, elapsed);
}

bool PluginInstance::may_read(std::string_view variable) const noexcept {
    const auto names = plugin_.env();
    return std::find(names.begin(), names.end(), variable) != names.end();
}

const void *PluginInstance::on_service(const kith_host *host, kith_str id) {
    const std::string_view name = view(id);
    PluginInstance &instance = of(host);
    if (!instance.plugin_.declares_service(name)) return nullptr;
    if (const void *table = engine_service(name)) return table;
    return instance.dependencies_.world.service(name);
}

std::int32_t PluginInstance::on_cancel(const kith_host *host, std::uint64_t op) {
    const Dependencies &dependencies = of(host).dependencies_;
    if (dependencies.members != nullptr && dependencies.members->cancel(op) == KITH_OK) return KITH_OK;
    return dependencies.world.cancel(*host, op);
}

void PluginInstance::on_error(const kith_host *host, kith_str text) { of(host).error_ = view(text); }

void PluginInstance::on_stopped(const kith_host *host) {
    PluginInstance &instance = of(host);
    if (instance.state_ != State::stopping) return; // called too early, twice, or too late
    instance.state_ = State::stopped;
    instance.dependencies_.world.silence(*host);
    instance.drop_operations();
    instance.dependencies_.owner->on_stopped(instance);
}

void PluginInstance::on_failed(const kith_host *host, std::int32_t status, kith_str text) {
    PluginInstance &instance = of(host);
    instance.report({status < 0 ? status : KITH_INTERNAL, std::string(view(text))});
}

} // namespace kith::core
