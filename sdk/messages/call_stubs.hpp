// SPDX-License-Identifier: MIT
//
// The tables of all services, and of the host itself: for each function a stub that makes a message of the call, and the way from a
// message to the function.
#pragma once

#include <sdk/messages/call_codec.hpp>

#include <kith/service/clock.h>
#include <kith/service/discovery.h>
#include <kith/service/env.h>
#include <kith/service/log.h>
#include <kith/service/loop.h>
#include <kith/service/members.h>
#include <kith/service/messages.h>
#include <kith/service/metric.h>
#include <kith/service/node.h>
#include <kith/service/options.h>
#include <kith/service/random.h>
#include <kith/service/spool.h>
#include <kith/service/state.h>
#include <kith/service/timer.h>

#include <array>
#include <span>

namespace kith::messages {

/// An end of the pipe: where stubs send what they were called with.
class Endpoint {
  public:
    /// The answer to a message.
    virtual std::string send(std::string_view message) = 0;
    /// The plugin's numbers for operations may be addresses: what stands in messages is counted instead.
    virtual std::uint64_t ticket(std::uint64_t user) = 0;
    virtual std::uint64_t user(std::uint64_t ticket) = 0;
    /// Strings that the host gives are borrowed until destroy.
    Keep kept;

  protected:
    ~Endpoint() = default;
};

inline Endpoint &endpoint_of(const kith_host *host) { return *static_cast<Endpoint *>(host->engine); }
inline Endpoint &endpoint_of(void *self) { return *static_cast<Endpoint *>(self); }

template <auto Member>
struct Function;

template <class Table, class R, class First, class... Args, R (*Table::*Member)(First, Args...)>
struct Function<Member> {
    using Shape = Signature<Args...>;
    using Values = typename Shape::Values;
    static constexpr bool of_loop = [] {
        if constexpr (std::is_same_v<Table, kith_loop_host> || std::is_same_v<Table, kith_loop_plugin>) return true;
        return false;
    }();
    static constexpr std::size_t user = of_loop ? 0 : Shape::user();

    template <std::uint8_t table, std::uint8_t function>
    static R stub(First first, Args... args) noexcept {
        Endpoint &end = endpoint_of(first);
        Values values(args...);
        if constexpr (user < sizeof...(Args)) std::get<user>(values) = end.ticket(std::get<user>(values));
        Writer call;
        call.one(table);
        call.one(function);
        Shape::write(call, values);
        const std::string reply = end.send(call.bytes);
        Reader in(reply, end.kept);
        if constexpr (std::is_void_v<R>) {
            Shape::read_back(in, values);
        } else {
            R result{};
            in.one(result);
            if constexpr (std::is_same_v<R, kith_str>) result = end.kept.text({result.data, result.size});
            if (good(result)) Shape::read_back(in, values);
            return result;
        }
    }

    static std::string serve(const void *table, First first, std::string_view arguments, Endpoint *plugin_endpoint) {
        Keep keep;
        Reader in(arguments, keep);
        Values values{};
        Shape::read(in, values);
        if (!in.done()) throw std::runtime_error("a message has more than its call");
        if constexpr (user < sizeof...(Args))
            if (plugin_endpoint != nullptr) std::get<user>(values) = plugin_endpoint->user(std::get<user>(values));
        Writer reply;
        const auto call = [&](Args... args) { return (static_cast<const Table *>(table)->*Member)(first, args...); };
        if constexpr (std::is_void_v<R>) {
            std::apply(call, values);
            Shape::write_back(reply, values);
        } else {
            const R result = std::apply(call, values);
            reply.one(result);
            if (good(result)) Shape::write_back(reply, values);
        }
        return reply.bytes;
    }

  private:
    template <class T>
    static bool good(const T &result) {
        if constexpr (std::is_same_v<T, std::int32_t>) return result >= 0;
        return true;
    }
};

/// All functions of a table, in their order. First: const kith_host *, or void * for the plugin's tables.
template <class Table, class First, auto... Members>
struct Functions {
    static_assert(std::is_same_v<Table, kith_host> || sizeof(Table) == sizeof...(Members) * sizeof(void (*)()),
                  "a function of the table is missing here");
    using TableType = Table;
    using Serve = std::string (*)(const void *, First, std::string_view, Endpoint *);
    static constexpr Serve serve[] = {&Function<Members>::serve...};

    template <std::uint8_t number>
    static void fill(Table &stubs) {
        fill_from<number, 0, Members...>(stubs);
    }

  private:
    template <std::uint8_t number, std::uint8_t index, auto Member, auto... More>
    static void fill_from(Table &stubs) {
        stubs.*Member = &Function<Member>::template stub<number, index>;
        if constexpr (sizeof...(More) != 0) fill_from<number, index + 1, More...>(stubs);
    }
};

using HostFunctions =
    Functions<kith_host, const kith_host *, &kith_host::cancel, &kith_host::error, &kith_host::stopped, &kith_host::failed>;

/// Of one service: both sides' stubs, and how messages are served. What a service has not is null.
struct Service {
    std::string_view id;
    const void *host_stubs;
    std::string (*to_host)(const void *table, std::uint8_t function, const kith_host *host, std::string_view arguments);
    const void *plugin_stubs;
    std::string (*to_plugin)(const void *table, std::uint8_t function, void *self, std::string_view arguments, Endpoint &end);
};

/// In the order of functions::All; the host itself has 255.
std::span<const Service> services();
/// 255 when there is none.
std::uint8_t service_number(std::string_view id);
constexpr std::uint8_t host_number = 255;

} // namespace kith::messages
