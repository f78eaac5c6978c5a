// SPDX-License-Identifier: MIT
#include <sdk/messages/instance_stubs.hpp>

#include <sdk/messages/call_decisions.hpp>
#include <sdk/messages/local_answers.hpp>
#include <sdk/messages/service_functions.hpp>
#include <sdk/messages/stub_table.hpp>

#include <kith/result.hpp>

#include <algorithm>

namespace kith::messages {

namespace {

constexpr std::string_view too_large = "it is more than one message of an isolated plugin can contain";

// Completions of failures have no values; these are never null, by the contract of their services.
template <class T>
constexpr bool never_null = std::is_same_v<T, kith_endpoint> || std::is_same_v<T, kith_file_info>;

template <auto Member>
struct FailedCompletion;
template <class Table, class... Args, void (*Table::*Member)(void *, Args...)>
struct FailedCompletion<Member> {
    static void call(const void *side, void *self, std::uint64_t user, std::uint64_t op, std::int32_t status, kith_str text) {
        std::tuple<Args...> values{};
        std::get<0>(values) = user;
        std::get<1>(values) = op;
        std::get<2>(values) = status;
        if constexpr (sizeof...(Args) > 3) {
            if constexpr (std::is_same_v<std::tuple_element_t<3, std::tuple<Args...>>, kith_str>) std::get<3>(values) = text;
        }
        fill(values, std::index_sequence_for<Args...>());
        std::apply([&](Args... args) { (static_cast<const Table *>(side)->*Member)(self, args...); }, values);
    }

  private:
    template <class T>
    static void fill_one(const T *&value) {
        if constexpr (never_null<T>) {
            static const T none{};
            value = &none;
        } else {
            value = nullptr;
        }
    }
    template <class T>
    static void fill_one(T &) {}
    template <std::size_t... I>
    static void fill(std::tuple<Args...> &values, std::index_sequence<I...>) {
        (fill_one(std::get<I>(values)), ...);
    }
};

} // namespace

// ---- calls of the plugin ----

template <std::uint8_t table, std::uint8_t function, auto Member>
struct InstanceStubs::Stub {
    using Of = ShapeOf<Member>;
    using Shape = typename Of::Shape;
    using Values = typename Shape::Values;

    template <class R, class... Args>
    static R stub(const kith_host *host, Args... args) noexcept {
        if constexpr (Of::begins) {
            return guarded(host, [&](IsolatedInstance &me) { return begin(me, Values(args...)); });
        } else if constexpr (std::is_same_v<R, std::int32_t>) {
            return guarded(host, [&](IsolatedInstance &me) -> std::int32_t {
                if (!me.on_loop()) return KITH_DENIED;
                if (!me.may_call()) return KITH_CANCELLED;
                const std::int32_t status = Decision<Member>::of(me, args...);
                if (status == KITH_STALE) return status;
                Writer call = head(me);
                Shape::write(call, Values(args...));
                call.one(status);
                return me.to_host_.send(call.bytes) ? status : me.refused(KITH_LIMIT, too_large);
            });
        } else {
            guarded(host, [&](IsolatedInstance &me) {
                Writer call = head(me);
                Shape::write(call, Values(args...));
                me.to_host_.send(call.bytes);
                return KITH_OK;
            });
        }
    }

  private:
    static Writer head(const IsolatedInstance &me) {
        Writer call;
        call.one(me.number_);
        call.one(table);
        call.one(function);
        return call;
    }

    static std::int32_t begin(IsolatedInstance &me, Values values) {
        constexpr auto completion = Completion<Member>::member;
        using Side = typename ShapeOf<completion>::TableType;
        if (!me.on_loop()) return KITH_DENIED;
        if (!me.may_call()) return KITH_CANCELLED;
        const auto *const side = static_cast<const Side *>(me.sides_[table]);
        if (side == nullptr || side->*completion == nullptr)
            return me.refused(KITH_INVALID, "the plugin has no function for the completion of this call");
        auto &user = std::get<Of::count - 2>(values);
        auto *const out = std::get<Of::count - 1>(values);
        IsolatedInstance::Operation operation{
            .user = user, .function = address_of<Member>(), .fail = &FailedCompletion<completion>::call, .table = table};
        if constexpr (std::is_same_v<std::tuple_element_t<0, Values>, std::uint64_t>) operation.of = std::get<0>(values);
        const std::uint64_t op = me.last_op_ + 1;
        user = op; // the host knows the operation by this number
        Writer call = head(me);
        Shape::write(call, values);
        if (!me.to_host_.send(call.bytes)) return me.refused(KITH_LIMIT, too_large);
        me.last_op_ = op;
        me.operations_.emplace(op, operation);
        *out = op;
        return KITH_OK;
    }
};

// ---- calls of the host ----

namespace {

template <auto Member>
constexpr bool opens = false; // completions whose fifth argument is what was opened
template <>
constexpr bool opens<&kith_tcp_plugin::connected> = true;
template <>
constexpr bool opens<&kith_tcp_plugin::listening> = true;
template <>
constexpr bool opens<&kith_tcp_plugin::accepted> = true;
template <>
constexpr bool opens<&kith_udp_plugin::bound> = true;
template <>
constexpr bool opens<&kith_http_plugin::opened> = true;
template <>
constexpr bool opens<&kith_http_plugin::responded> = true;
template <>
constexpr bool opens<&kith_process_plugin::started> = true;
template <>
constexpr bool opens<&kith_tls_plugin::opened> = true;

} // namespace

template <std::uint8_t table, std::uint8_t function, auto Member>
struct InstanceStubs::ToPlugin {
    using Of = ShapeOf<Member>;
    using Shape = typename Of::Shape;
    using Values = typename Shape::Values;
    using Table = typename Of::TableType;

    static void take(IsolatedInstance &me, std::string_view arguments) {
        Keep keep;
        Values values{};
        Reader in(arguments, keep);
        Shape::read(in, values);
        if constexpr (Of::completes) {
            const auto found = me.operations_.find(std::get<0>(values));
            if (found == me.operations_.end()) return;
            const auto operation = found->second;
            me.operations_.erase(found);
            note(me, operation, values);
            std::get<1>(values) = std::get<0>(values);
            std::get<0>(values) = operation.user;
        } else {
            prepare(me, values);
        }
        const auto *const side = static_cast<const Table *>(me.sides_[table]);
        const auto called = side == nullptr ? nullptr : side->*Member;
        if constexpr (std::is_same_v<typename Of::Result, std::int32_t>) {
            begin_of_host(me, called, values);
        } else if (called != nullptr) {
            me.inside(table, function, [&] { std::apply([&](auto... args) { called(me.instance_->self, args...); }, values); });
        }
    }

  private:
    static void note(IsolatedInstance &me, const IsolatedInstance::Operation &operation, const Values &values) {
        if constexpr (opens<Member>) {
            if (std::get<2>(values) == KITH_OK) me.handles_[std::get<4>(values)] = operation.of;
        }
        if constexpr (std::is_same_v<Table, kith_http_plugin>) { // a response is closed when its end was read
            if (function == 2 && std::get<2>(values) == KITH_CLOSED) me.handles_.erase(operation.of);
        }
    }

    static void prepare(IsolatedInstance &me, const Values &values) {
        if constexpr (std::is_same_v<Table, kith_node_plugin>) {
            me.node_ = view(std::get<0>(values));
            me.node_epoch_ = std::get<1>(values);
        } else if constexpr (std::is_same_v<Table, kith_sink_plugin>) {
            me.batch_ = std::get<0>(values);
        }
    }

    // connect, disconnect, and send of a message: a status that fails is reported as the end of the operation.
    template <class Called>
    static void begin_of_host(IsolatedInstance &me, Called called, const Values &values) {
        const std::uint64_t op = std::get<0>(values);
        me.host_operations_.insert(op);
        me.error_.clear();
        std::int32_t status = KITH_UNSUPPORTED;
        if (called != nullptr)
            status = me.inside(table, function, [&] {
                return std::apply([&](auto... args) { return called(me.instance_->self, args...); }, values);
            });
        else
            me.error_ = "the connector has no such function";
        if (status == KITH_OK) return;
        const std::string why = me.error_;
        constexpr auto done = [] {
            if constexpr (std::is_same_v<Table, kith_messages_plugin>)
                return &kith_messages_host::done;
            else
                return &kith_connector_host::done;
        }();
        Stub<table, 0, done>::template stub<std::int32_t>(&me.host_, op, status < 0 ? status : KITH_INTERNAL, str(why));
    }
};

// ---- all tables ----

namespace {

struct Side {
    const void *host_table = nullptr;
    using Take = void (*)(IsolatedInstance &, std::string_view);
    std::span<const Take> to_plugin;
};

template <std::uint8_t number, class Table, auto... Members, std::size_t... I>
constexpr std::array<Side::Take, sizeof...(Members)> made_takes(functions::Plugin<Table, Members...>,
                                                                std::index_sequence<I...>) {
    return {&InstanceStubs::ToPlugin<number, I, Members>::take...};
}

template <std::uint8_t number, class Table, auto... Members>
std::span<const Side::Take> to_plugin_of(functions::Plugin<Table, Members...> side) {
    static const auto takes = made_takes<number>(side, std::make_index_sequence<sizeof...(Members)>());
    return takes;
}

// Services that are answered here.
constexpr kith_clock_host clock_table = {.monotonic = &InstanceStubs::Local::monotonic, .wall = &InstanceStubs::Local::wall};
constexpr kith_env_host env_table = {.get = &InstanceStubs::Local::environment};
constexpr kith_loop_host loop_table = {.post = &InstanceStubs::Local::post};
constexpr kith_node_host node_table = {.get = &InstanceStubs::Local::node};
constexpr kith_random_host random_table = {.fill = &InstanceStubs::Local::random};

const void *log_table() {
    static const kith_log_host table = {
        .level = &InstanceStubs::Local::level,
        .write =
            [](const kith_host *host, std::uint32_t level, kith_str message, const kith_attribute *fields,
               std::uint32_t count) {
                using Stub = InstanceStubs::Stub<functions::table_of<kith_log_host>, 1, &kith_log_host::write>;
                if (level >= InstanceStubs::Local::level(host))
                    Stub::stub<void>(host, level, message, fields, std::min(count, 32U));
            },
    };
    return &table;
}

const void *metric_table() {
    static const kith_metric_host table = [] {
        kith_metric_host made = stub_table<InstanceStubs, functions::table_of<kith_metric_host>>(functions::Metric{});
        made.define = &InstanceStubs::Local::define;
        return made;
    }();
    return &table;
}

template <std::uint8_t number, class HostSide, class PluginSide>
Side side_of() {
    Side side;
    using Table = typename HostSide::TableType;
    if constexpr (std::is_same_v<Table, kith_clock_host>)
        side.host_table = &clock_table;
    else if constexpr (std::is_same_v<Table, kith_env_host>)
        side.host_table = &env_table;
    else if constexpr (std::is_same_v<Table, kith_loop_host>)
        side.host_table = &loop_table;
    else if constexpr (std::is_same_v<Table, kith_node_host>)
        side.host_table = &node_table;
    else if constexpr (std::is_same_v<Table, kith_random_host>)
        side.host_table = &random_table;
    else if constexpr (std::is_same_v<Table, kith_options_host>)
        side.host_table = options_table<&InstanceStubs::Local::options>();
    else if constexpr (std::is_same_v<Table, kith_log_host>)
        side.host_table = log_table();
    else if constexpr (std::is_same_v<Table, kith_metric_host>)
        side.host_table = metric_table();
    else
        side.host_table = &stub_table<InstanceStubs, number>(HostSide{});
    if constexpr (!std::is_same_v<PluginSide, functions::Nothing> && !std::is_same_v<Table, kith_loop_host>)
        side.to_plugin = to_plugin_of<number>(PluginSide{});
    return side;
}

const auto &sides() {
    static const auto all = []<class... Pairs>(std::tuple<Pairs...>) {
        return []<std::size_t... I>(std::index_sequence<I...>) {
            return std::array<Side, sizeof...(I)>{side_of<I, typename std::tuple_element_t<I, functions::All>::HostSide,
                                                          typename std::tuple_element_t<I, functions::All>::PluginSide>()...};
        }
        (std::index_sequence_for<Pairs...>());
    }(functions::All{});
    return all;
}

} // namespace

void InstanceStubs::fill(kith_host &host) {
    host.struct_size = sizeof host;
    host.service = [](const kith_host *from, kith_str id) noexcept -> const void * {
        const IsolatedInstance &me = IsolatedInstance::of(from);
        const auto number = service_number(view(id));
        if (number >= sides().size() || (me.services_ >> number & 1) == 0) return nullptr;
        return sides()[number].host_table;
    };
    host.cancel = [](const kith_host *from, std::uint64_t op) noexcept -> std::int32_t {
        return guarded(from, [&](IsolatedInstance &me) -> std::int32_t {
            if (!me.operations_.contains(op)) return KITH_STALE;
            me.send(host_table, static_cast<std::uint8_t>(HostFunction::cancel), op);
            return KITH_OK;
        });
    };
    host.error = [](const kith_host *from, kith_str text) noexcept {
        try {
            IsolatedInstance::of(from).error_ = view(text);
        } catch (...) { // no memory: the status is passed on without its text
        }
    };
    host.stopped = [](const kith_host *from) noexcept {
        guarded(from, [](IsolatedInstance &me) {
            {
                const std::lock_guard lock(me.posting_);
                me.silent_ = true;
            }
            me.send(host_table, static_cast<std::uint8_t>(HostFunction::stopped));
            return KITH_OK;
        });
    };
    host.failed = [](const kith_host *from, std::int32_t status, kith_str text) noexcept {
        guarded(from, [&](IsolatedInstance &me) {
            me.send(host_table, static_cast<std::uint8_t>(HostFunction::failed), status < 0 ? status : KITH_INTERNAL, text);
            return KITH_OK;
        });
    };
}

void InstanceStubs::ask_sides(IsolatedInstance &me) {
    for (std::size_t number = 0; number < sides().size(); ++number) {
        if ((me.services_ >> number & 1) == 0) continue;
        const kith_str id = str(services()[number].id);
        me.sides_[number] = me.inside(life_table, 4, [&] { return me.instance_->service(me.instance_->self, id); });
    }
}

void InstanceStubs::call_plugin(IsolatedInstance &me, const OpenedMessage &message) {
    if (message.table >= sides().size() || message.function >= sides()[message.table].to_plugin.size())
        throw std::runtime_error("a message to a function that there is not");
    sides()[message.table].to_plugin[message.function](me, message.arguments);
}

void InstanceStubs::deliver(IsolatedInstance &me, const std::deque<std::uint64_t> &posts) {
    constexpr auto number = functions::table_of<kith_loop_host>;
    const auto *const side = static_cast<const kith_loop_plugin *>(me.sides_[number]);
    if (side == nullptr || side->posted == nullptr) return;
    for (const std::uint64_t user : posts) {
        if (me.instance_ == nullptr) return;
        me.inside(number, 0, [&] { side->posted(me.instance_->self, user); });
    }
}

} // namespace kith::messages
