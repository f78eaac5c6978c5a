// SPDX-License-Identifier: MIT
#include <sdk/messages/isolated_instance.hpp>

#include <sdk/messages/call_stubs.hpp>
#include <sdk/messages/instance_stubs.hpp>

#include <kith/result.hpp>
#include <kith/service/connector.h>
#include <kith/service/sink.h>

#include <span>
#include <stdexcept>
#include <utility>

namespace kith::messages {

namespace {

constexpr std::uint8_t code(FromInstance what) { return static_cast<std::uint8_t>(what); }

} // namespace

IsolatedInstance::IsolatedInstance(std::uint32_t number, const kith_entry &entry, MessageSink &to_host,
                                   InstanceSurroundings &surroundings)
    : number_(number), entry_(entry), to_host_(to_host), surroundings_(surroundings) {
    InstanceStubs::fill(host_);
    host_.engine = this;
}

IsolatedInstance::~IsolatedInstance() {
    if (instance_ != nullptr) instance_->destroy(instance_->self);
}

void IsolatedInstance::take(const OpenedMessage &message) {
    if (message.table != life_table) {
        if (instance_ != nullptr && !over_) InstanceStubs::call_plugin(*this, message);
        return;
    }
    switch (static_cast<ToInstance>(message.function)) {
    case ToInstance::create: return create(message.arguments);
    case ToInstance::start: return start();
    case ToInstance::stop: return stop();
    case ToInstance::destroy: return destroy();
    case ToInstance::refused: return refuse(message.arguments);
    }
    throw std::runtime_error("a message of life that nobody knows");
}

void IsolatedInstance::create(std::string_view arguments) {
    Keep keep;
    InstanceSetup setup;
    Reader in(arguments, keep);
    in.one(setup);
    host_.abi_minor = setup.abi_minor;
    host_.topology = kept_.text(view(setup.topology));
    host_.source = kept_.text(view(setup.source));
    host_.instance = kept_.text(view(setup.instance));
    options_.emplace(view(setup.options));
    for (const kith_str &name : std::span(setup.readable, setup.readable_count)) environment_[std::string(view(name))];
    for (const kith_attribute &variable : std::span(setup.environment, setup.environment_count))
        environment_[std::string(view(variable.name))] = std::string(view(variable.value));
    node_ = view(setup.node);
    node_epoch_ = setup.node_epoch;
    log_level_ = setup.log_level;
    max_peers_ = setup.max_peers;
    services_ = setup.services;

    std::int32_t status = inside(life_table, 0, [&] { return entry_.create(&host_, setup.id, &instance_); });
    if (status > 0) status = KITH_INTERNAL;
    if (status == KITH_OK && (instance_ == nullptr || instance_->struct_size < sizeof(kith_instance)))
        status = refused(KITH_INVALID, "create gave no instance, or one whose struct_size is too small");
    if (status != KITH_OK) {
        instance_ = nullptr;
        return report_not_created(status);
    }
    InstanceStubs::ask_sides(*this);
    if (const std::string missing = missing_side(setup.kind); !missing.empty()) {
        destroy();
        report_not_created(refused(KITH_UNSUPPORTED, missing));
    }
}

void IsolatedInstance::report_not_created(std::int32_t status) {
    over_ = true;
    send(life_table, code(FromInstance::not_created), status, str(error_));
}

std::string IsolatedInstance::missing_side(std::uint32_t kind) const {
    if (kind == KITH_KIND_CONNECTOR && sides_[service_number(KITH_CONNECTOR)] == nullptr)
        return "it has no side of " KITH_CONNECTOR ", so nothing could be joined";
    if (kind == KITH_KIND_SINK && sides_[service_number(KITH_SINK)] == nullptr)
        return "it has no side of " KITH_SINK ", so no event could reach it";
    return {};
}

void IsolatedInstance::start() {
    if (instance_ == nullptr) return;
    error_.clear();
    const std::int32_t status = inside(life_table, 1, [&] { return instance_->start(instance_->self); });
    if (status == KITH_OK) return;
    silent_ = true;
    const std::string text = std::string(not_started) + (error_.empty() ? std::string(meaning(status)) : error_);
    send(host_table, static_cast<std::uint8_t>(HostFunction::failed), status < 0 ? status : KITH_INTERNAL, str(text));
}

void IsolatedInstance::stop() {
    if (instance_ == nullptr) return;
    // What the plugin has begun until here ends with KITH_CANCELLED; the host must know where that is in the order of the calls.
    send(life_table, code(FromInstance::stopping));
    if (silent_) { // it has not started
        send(host_table, static_cast<std::uint8_t>(HostFunction::stopped));
        return;
    }
    inside(life_table, 2, [&] { instance_->stop(instance_->self); });
}

void IsolatedInstance::destroy() {
    while (run_posts()) {
    }
    over_ = true;
    if (const auto *const gone = std::exchange(instance_, nullptr)) inside(life_table, 3, [&] { gone->destroy(gone->self); });
}

// The host did not begin an operation.
void IsolatedInstance::refuse(std::string_view arguments) {
    Keep keep;
    Reader in(arguments, keep);
    std::uint64_t op = 0;
    std::int32_t status = 0;
    kith_str text{};
    in.one(op);
    in.one(status);
    in.one(text);
    const auto found = operations_.find(op);
    if (found == operations_.end() || instance_ == nullptr) return;
    const Operation operation = found->second;
    operations_.erase(found);
    inside(operation.table, 0xff,
           [&] { operation.fail(sides_[operation.table], instance_->self, operation.user, op, status, text); });
}

bool IsolatedInstance::run_posts() {
    std::deque<std::uint64_t> now;
    {
        const std::lock_guard lock(posting_);
        now.swap(posts_);
    }
    if (now.empty() || instance_ == nullptr) return false;
    InstanceStubs::deliver(*this, now);
    return true;
}

void IsolatedInstance::closed(std::uint64_t handle) {
    handles_.erase(handle);
    std::erase_if(handles_, [handle](const auto &one) { return one.second == handle; });
    std::erase_if(groups_, [handle](const auto &group) { return std::get<0>(group) == handle; });
}

} // namespace kith::messages
