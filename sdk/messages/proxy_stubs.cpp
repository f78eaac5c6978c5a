// SPDX-License-Identifier: MIT
#include <sdk/messages/proxy_stubs.hpp>

#include <sdk/messages/service_functions.hpp>
#include <sdk/messages/stub_table.hpp>

#include <kith/result.hpp>

#include <stdexcept>

namespace kith::messages {

namespace {

[[noreturn]] void wrong(const char *what) { throw std::runtime_error(what); }

// Whether the plugin's end could not know what the host has found: an id that has ended meanwhile, an instance that stops, and a limit on
// what several calls have made together.
bool may_differ(std::int32_t status) { return status == KITH_STALE || status == KITH_CANCELLED || status == KITH_LIMIT; }

// Calls whose status depends on the world alone, which the plugin's end cannot know.
template <class Table>
constexpr bool decided_by_world = std::is_same_v<Table, kith_tcp_host> || std::is_same_v<Table, kith_udp_host> ||
                                  std::is_same_v<Table, kith_http_host> || std::is_same_v<Table, kith_process_host> ||
                                  std::is_same_v<Table, kith_tls_host> || std::is_same_v<Table, kith_members_host>;

template <auto A, auto B>
constexpr bool same = false;
template <auto A>
constexpr bool same<A, A> = true;

// Calls that are answered at the plugin's end.
template <class Table, auto Member>
constexpr bool answered_there =
    same<Member, &kith_log_host::level> || std::is_same_v<Table, kith_clock_host> || std::is_same_v<Table, kith_env_host> ||
    std::is_same_v<Table, kith_loop_host> || std::is_same_v<Table, kith_node_host> ||
    std::is_same_v<Table, kith_options_host> || std::is_same_v<Table, kith_random_host>;

} // namespace

// ---- calls of the host ----

template <std::uint8_t table, std::uint8_t function, auto Member>
struct ProxyStubs::Stub {
    using Of = ShapeOf<Member>;
    using Shape = typename Of::Shape;
    using Values = typename Shape::Values;

    template <class R, class... Args>
    static R stub(void *self, Args... args) noexcept {
        InstanceProxy &me = *static_cast<InstanceProxy *>(self);
        if (!me.lost_) {
            Values values(args...);
            if constexpr (Of::completes) {
                me.operations_.erase(std::get<0>(values)); // `user` is the instance's number for the operation
                std::get<1>(values) = std::get<0>(values);
            }
            Writer call;
            call.one(me.number_);
            call.one(table);
            call.one(function);
            Shape::write(call, values);
            me.to_instance_.send(call.bytes);
        }
        if constexpr (std::is_same_v<R, std::int32_t>) return me.lost_ ? KITH_UNAVAILABLE : KITH_OK;
    }
};

// ---- calls of the instance ----

template <auto Member>
struct ProxyStubs::ToHost {
    using Of = ShapeOf<Member>;
    using Shape = typename Of::Shape;
    using Values = typename Shape::Values;
    using Table = typename Of::TableType;

    static void take(InstanceProxy &me, const void *table, std::string_view arguments) {
        if constexpr (answered_there<Table, Member>) {
            wrong("a call that is answered in the plugin's process");
        } else {
            Keep keep;
            Values values{};
            Reader in(arguments, keep);
            Shape::read(in, values);
            if constexpr (Of::begins)
                begin(me, table, in, values);
            else
                call(me, table, in, values);
        }
    }

  private:
    static typename Of::Result call_table(InstanceProxy &me, const void *table, const Values &values) {
        return std::apply([&](auto... args) { return (static_cast<const Table *>(table)->*Member)(&me.host_, args...); },
                          values);
    }
    static void check_done(const Reader &in) {
        if (!in.done()) wrong("a message has more than its call");
    }

    static void begin(InstanceProxy &me, const void *table, const Reader &in, Values &values) {
        check_done(in);
        const std::uint64_t op = std::get<Of::count - 2>(values); // the number that the instance has given it
        if (me.state_ == InstanceProxy::State::created) wrong("an operation before the start");
        if (!me.operations_.emplace(op, 0).second) wrong("two operations with one number");
        const auto refuse = [&](std::int32_t status, std::string_view text) {
            me.operations_.erase(op);
            me.send(life_table, static_cast<std::uint8_t>(ToInstance::refused), op, status, str(text));
        };
        // Begun before the instance knew that it is to stop, so it ends as all that was outstanding.
        if (me.state_ == InstanceProxy::State::stop_sent) return refuse(KITH_CANCELLED, "the instance is stopping");
        const std::int32_t status = call_table(me, table, values);
        if (status != KITH_OK) return refuse(status < 0 ? status : KITH_INTERNAL, me.owner_.take_error());
        me.operations_[op] = *std::get<Of::count - 1>(values);
    }

    static void call(InstanceProxy &me, const void *table, Reader &in, Values &values) {
        if constexpr (std::is_void_v<typename Of::Result>) {
            check_done(in);
            call_table(me, table, values);
        } else if constexpr (same<Member, &kith_metric_host::define>) {
            check_done(in);
            if (me.metrics_.size() >= 256 || call_table(me, table, values) != KITH_OK) wrong("a metric that cannot be defined");
            me.metrics_.push_back(*std::get<7>(values));
        } else {
            std::int32_t told = 0;
            in.one(told);
            check_done(in);
            if constexpr (std::is_same_v<Table, kith_metric_host>) {
                const std::uint32_t id = std::get<0>(values);
                if (told != KITH_OK) return;
                if (id == 0 || id > me.metrics_.size()) wrong("a metric that is not defined");
                std::get<0>(values) = me.metrics_[id - 1];
            }
            const std::int32_t status = call_table(me, table, values);
            if (status == told || may_differ(status)) return;
            if constexpr (decided_by_world<Table>) return differs(me, status, values);
            throw std::runtime_error("a call whose status is " + std::to_string(status) + " in kith and " +
                                     std::to_string(told) + " in the plugin's process: " + me.owner_.take_error());
        }
    }

    static void differs(InstanceProxy &me, std::int32_t status, const Values &values) {
        if constexpr (same<Member, &kith_udp_host::join>) {
            const std::string text = me.owner_.take_error();
            const auto number = functions::table_of<kith_udp_host>;
            const auto *const side = static_cast<const kith_udp_plugin *>(plugin_table(number));
            side->membership(&me, std::get<0>(values), std::get<1>(values), std::get<2>(values), status, str(text));
        }
    }
};

// ---- all tables ----

namespace {

template <std::uint8_t number, class Table, auto... Members>
const void *plugin_table_of(functions::Plugin<Table, Members...> side) {
    if constexpr (std::is_same_v<Table, kith_loop_plugin>) {
        return nullptr; // posts are delivered where they are made
    } else {
        return &stub_table<ProxyStubs, number>(side);
    }
}
template <std::uint8_t>
const void *plugin_table_of(functions::Nothing) {
    return nullptr;
}

using Take = void (*)(InstanceProxy &, const void *, std::string_view);

template <class Table, auto... Members>
std::span<const Take> to_host_of(functions::Host<Table, Members...>) {
    static constexpr std::array<Take, sizeof...(Members)> takes{&ProxyStubs::ToHost<Members>::take...};
    return takes;
}

struct Tables {
    const void *plugin = nullptr;
    std::span<const Take> to_host;
};

const auto &all_tables() {
    static const auto all = []<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<Tables, sizeof...(I)>{
            Tables{plugin_table_of<I>(typename std::tuple_element_t<I, functions::All>::PluginSide{}),
                   to_host_of(typename std::tuple_element_t<I, functions::All>::HostSide{})}...};
    }
    (std::make_index_sequence<std::tuple_size_v<functions::All>>());
    return all;
}

} // namespace

const void *ProxyStubs::plugin_table(std::uint8_t number) {
    return number < all_tables().size() ? all_tables()[number].plugin : nullptr;
}

void ProxyStubs::call_host(InstanceProxy &proxy, const OpenedMessage &message) {
    if (message.table >= all_tables().size() || proxy.tables_[message.table] == nullptr)
        wrong("a message to a service that it does not have");
    const auto &takes = all_tables()[message.table].to_host;
    if (message.function >= takes.size()) wrong("a message to a function that there is not");
    takes[message.function](proxy, proxy.tables_[message.table], message.arguments);
}

} // namespace kith::messages
