// SPDX-License-Identifier: MIT
#include <sdk/messages/endpoints.hpp>

#include <utility>

namespace kith::messages {

namespace {

// Besides the services' tables: the life of an instance, and the question for a service.
constexpr std::uint8_t life_number = 254;
enum Life : std::uint8_t { create, start, stop, destroy, side, service };

std::string_view view(kith_str s) { return s.size == 0 ? std::string_view() : std::string_view(s.data, s.size); }

template <class... T>
std::string message(std::uint8_t table, std::uint8_t function, const T &...values) {
    Writer out;
    out.one(table);
    out.one(function);
    (out.one(values), ...);
    return out.bytes;
}

template <class T>
std::string reply(const T &value) {
    Writer out;
    out.one(value);
    return out.bytes;
}

template <class T>
T answer(const std::string &reply) {
    Keep keep;
    T value{};
    Reader(reply, keep).one(value);
    return value;
}

struct Opened {
    std::uint8_t table = 0, function = 0;
    std::string_view arguments;
};

Opened open(std::string_view message) {
    if (message.size() < 2) throw std::runtime_error("a message without a head");
    return {static_cast<std::uint8_t>(message[0]), static_cast<std::uint8_t>(message[1]), message.substr(2)};
}

HostEndpoint *present = nullptr; // `create` of the ABI has no room for it

} // namespace

// ---- where the plugin is ----

PluginEndpoint::PluginEndpoint(const kith_entry &plugin, std::string_view id, Send to_host)
    : plugin_(plugin), id_(id), to_host_(std::move(to_host)) {
    HostFunctions::fill<host_number>(host_);
    host_.struct_size = sizeof host_;
    host_.engine = static_cast<Endpoint *>(this);
    host_.service = [](const kith_host *host, kith_str which) noexcept -> const void * {
        const auto number = service_number(view(which));
        if (answer<std::uint8_t>(endpoint_of(host).send(message(life_number, service, which))) == 0 || number == 255)
            return nullptr;
        return services()[number].host_stubs;
    };
}

PluginEndpoint::~PluginEndpoint() {
    if (instance_ != nullptr) instance_->destroy(instance_->self);
}

std::uint64_t PluginEndpoint::ticket(std::uint64_t user) {
    tickets_[++next_ticket_] = user;
    return next_ticket_;
}

std::uint64_t PluginEndpoint::user(std::uint64_t ticket) {
    const auto found = tickets_.extract(ticket);
    if (found.empty()) throw std::runtime_error("a completion that nobody waits for");
    return found.mapped();
}

std::string PluginEndpoint::take(std::string_view message) {
    const auto [table, function, arguments] = open(message);
    if (table == life_number) return life(function, arguments);
    return services()[table].to_plugin(sides_.at(table), function, instance_->self, arguments, *this);
}

std::string PluginEndpoint::life(std::uint8_t what, std::string_view arguments) {
    Keep keep;
    Reader in(arguments, keep);
    switch (what) {
    case create: {
        kith_str id{}, topology{}, source{}, instance{};
        for (auto *text : {&id, &topology, &source, &instance}) in.one(*text);
        in.one(host_.abi_minor);
        host_.topology = kept.text(view(topology));
        host_.source = kept.text(view(source));
        host_.instance = kept.text(view(instance));
        return reply(plugin_.create(&host_, id, &instance_));
    }
    case start: return reply(instance_->start(instance_->self));
    case stop: instance_->stop(instance_->self); return {};
    case destroy:
        instance_->destroy(instance_->self);
        instance_ = nullptr;
        return {};
    case side: {
        kith_str id{};
        in.one(id);
        const void *table = instance_->service(instance_->self, id);
        if (table != nullptr) sides_[service_number(view(id))] = table;
        return reply(std::uint8_t{table != nullptr});
    }
    default: throw std::runtime_error("a message of life that nobody knows");
    }
}

// ---- where the host is ----

HostEndpoint::HostEndpoint(const kith_entry &like, Send to_plugin) : entry_(like), to_plugin_(std::move(to_plugin)) {
    present = this;
    entry_.create = [](const kith_host *host, kith_str id, const kith_instance **out) noexcept {
        return present->create(host, id, out);
    };
}

HostEndpoint::~HostEndpoint() { present = nullptr; }

std::int32_t HostEndpoint::create(const kith_host *host, kith_str id, const kith_instance **out) {
    host_ = host;
    const auto status = answer<std::int32_t>(
        send(message(life_number, messages::create, id, host->topology, host->source, host->instance, host->abi_minor)));
    if (status != KITH_OK) return status;
    instance_ = {};
    instance_.struct_size = sizeof instance_;
    instance_.self = static_cast<Endpoint *>(this);
    instance_.start = [](void *self) noexcept {
        return answer<std::int32_t>(endpoint_of(self).send(message(life_number, messages::start)));
    };
    instance_.stop = [](void *self) noexcept { endpoint_of(self).send(message(life_number, messages::stop)); };
    instance_.destroy = [](void *self) noexcept { endpoint_of(self).send(message(life_number, messages::destroy)); };
    instance_.service = [](void *self, kith_str which) noexcept -> const void * {
        const auto number = service_number(view(which));
        if (answer<std::uint8_t>(endpoint_of(self).send(message(life_number, side, which))) == 0 || number == 255)
            return nullptr;
        return services()[number].plugin_stubs;
    };
    *out = &instance_;
    return KITH_OK;
}

std::string HostEndpoint::take(std::string_view message) {
    const auto [table, function, arguments] = open(message);
    if (table == host_number) return HostFunctions::serve[function](host_, host_, arguments, nullptr);
    if (table != life_number) return services()[table].to_host(tables_.at(table), function, host_, arguments);
    Keep keep;
    kith_str id{};
    Reader(arguments, keep).one(id);
    const void *found = host_->service(host_, id);
    if (found != nullptr) tables_[service_number(view(id))] = found;
    return reply(std::uint8_t{found != nullptr});
}

// ---- a record ----

std::string replay(const kith_entry &plugin, std::string_view id, const Record &record) {
    std::string otherwise;
    std::size_t at = 0;
    const auto differs = [&](const std::string &what) {
        if (otherwise.empty()) otherwise = "line " + std::to_string(at) + " of " + std::to_string(record.size()) + ": " + what;
    };
    PluginEndpoint end(plugin, id, [&](std::string_view message) -> std::string {
        if (at == record.size() || record[at].to_plugin)
            differs("a call that it did not make before");
        else if (record[at].message != message)
            differs("another call, or with other arguments");
        else
            return record[at++].reply;
        return std::string(4096, '\0');
    });
    while (at < record.size() && otherwise.empty()) {
        const Line &line = record[at++];
        if (!line.to_plugin) {
            --at;
            differs("a call is missing");
        } else if (end.take(line.message) != line.reply) {
            differs("another answer");
        }
    }
    return otherwise;
}

} // namespace kith::messages
