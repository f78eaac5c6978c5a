// SPDX-License-Identifier: MIT
#include <sdk/messages/instance_proxy.hpp>

#include <sdk/messages/call_stubs.hpp>
#include <sdk/messages/proxy_stubs.hpp>

#include <kith/result.hpp>

#include <span>
#include <stdexcept>

namespace kith::messages {

namespace {

InstanceProxy &proxy_of(void *self) { return *static_cast<InstanceProxy *>(self); }
constexpr std::uint8_t code(ToInstance what) { return static_cast<std::uint8_t>(what); }

template <class... T>
void read_all(std::string_view arguments, Keep &keep, T &...values) {
    Reader in(arguments, keep);
    (in.one(values), ...);
    if (!in.done()) throw std::runtime_error("a message has more than its call");
}

} // namespace

InstanceProxy::InstanceProxy(std::uint32_t number, const kith_descriptor &plugin, const kith_host &host,
                             MessageSink &to_instance, ProxyOwner &owner)
    : number_(number), plugin_(plugin), host_(host), to_instance_(to_instance), owner_(owner) {
    for (const auto &ids :
         {std::span(plugin.required, plugin.required_count), std::span(plugin.optional, plugin.optional_count)}) {
        for (const kith_str &id : ids) {
            const auto service = service_number(view(id));
            if (service < services().size()) tables_[service] = host.service(&host, id);
        }
    }
    instance_.struct_size = sizeof instance_;
    instance_.self = this;
    instance_.start = [](void *self) noexcept -> std::int32_t {
        InstanceProxy &me = proxy_of(self);
        if (me.lost_) return KITH_UNAVAILABLE;
        me.state_ = State::started;
        me.send(life_table, code(ToInstance::start));
        return KITH_OK;
    };
    instance_.stop = [](void *self) noexcept {
        InstanceProxy &me = proxy_of(self);
        if (me.lost_) return me.stopped();
        me.state_ = State::stop_sent;
        me.send(life_table, code(ToInstance::stop));
        me.owner_.stopping();
    };
    instance_.destroy = [](void *self) noexcept {
        InstanceProxy &me = proxy_of(self);
        me.state_ = State::destroyed;
        me.send(life_table, code(ToInstance::destroy));
        me.owner_.destroyed();
    };
    instance_.service = [](void *self, kith_str id) noexcept -> const void * {
        const auto service = service_number(view(id));
        return service < services().size() && proxy_of(self).tables_[service] != nullptr ? ProxyStubs::plugin_table(service)
                                                                                         : nullptr;
    };
}

void InstanceProxy::create(std::string_view options, std::uint32_t max_peers) {
    InstanceSetup setup;
    setup.id = plugin_.id;
    setup.kind = plugin_.kind;
    setup.topology = host_.topology;
    setup.source = host_.source;
    setup.instance = host_.instance;
    setup.options = str(options);
    setup.abi_minor = host_.abi_minor;
    setup.max_peers = max_peers;
    for (std::size_t i = 0; i < tables_.size(); ++i)
        if (tables_[i] != nullptr) setup.services |= std::uint64_t{1} << i;
    if (const void *const log = tables_[service_number(KITH_LOG)])
        setup.log_level = static_cast<const kith_log_host *>(log)->level(&host_);
    if (const void *const node = tables_[service_number(KITH_NODE)])
        static_cast<const kith_node_host *>(node)->get(&host_, &setup.node, &setup.node_epoch);
    std::vector<kith_attribute> environment;
    if (const void *const env = tables_[service_number(KITH_ENV)]) {
        setup.readable = plugin_.env;
        setup.readable_count = plugin_.env_count;
        for (const kith_str &name : std::span(plugin_.env, plugin_.env_count)) {
            kith_str value{};
            if (static_cast<const kith_env_host *>(env)->get(&host_, name, &value) == KITH_OK)
                environment.push_back({name, value});
        }
    }
    setup.environment = environment.data();
    setup.environment_count = static_cast<std::uint32_t>(environment.size());
    send(life_table, code(ToInstance::create), setup);
}

void InstanceProxy::take(const OpenedMessage &message) {
    if (state_ == State::stopped || state_ == State::destroyed) return; // it was on its way
    if (message.table == life_table) return of_life(message);
    if (message.table == host_table) return of_host(message);
    ProxyStubs::call_host(*this, message);
}

void InstanceProxy::of_life(const OpenedMessage &message) {
    Keep keep;
    switch (static_cast<FromInstance>(message.function)) {
    case FromInstance::not_created: {
        std::int32_t status = 0;
        kith_str text{};
        read_all(message.arguments, keep, status, text);
        lost_ = true;
        owner_.not_created(status < 0 ? status : KITH_INTERNAL, view(text));
        if (state_ == State::stop_sent) stopped();
        return;
    }
    case FromInstance::stopping:
        if (state_ != State::stop_sent) throw std::runtime_error("`stopping` without a stop");
        state_ = State::stopping;
        return;
    }
    throw std::runtime_error("a message of life that nobody knows");
}

void InstanceProxy::of_host(const OpenedMessage &message) {
    Keep keep;
    switch (static_cast<HostFunction>(message.function)) {
    case HostFunction::cancel: {
        std::uint64_t op = 0;
        read_all(message.arguments, keep, op);
        const auto found = operations_.find(op);
        if (found != operations_.end()) static_cast<void>(host_.cancel(&host_, found->second));
        return;
    }
    case HostFunction::stopped:
        read_all(message.arguments, keep);
        if (state_ != State::stopping) throw std::runtime_error("`stopped` without a stop");
        return stopped();
    case HostFunction::failed: {
        std::int32_t status = 0;
        kith_str text{};
        read_all(message.arguments, keep, status, text);
        host_.failed(&host_, status, text);
        return;
    }
    }
    throw std::runtime_error("a message to a function of the host that there is not");
}

void InstanceProxy::stopped() {
    state_ = State::stopped;
    host_.stopped(&host_);
}

void InstanceProxy::lost() {
    if (lost_) return;
    lost_ = true;
    if (is_stopping()) stopped();
}

} // namespace kith::messages
