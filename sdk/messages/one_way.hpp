// SPDX-License-Identifier: MIT
//
// Calls between a host and a plugin in another process. No call waits for an answer: the plugin's end gives out ids of operations of its
// own, decides at once what the status of a call is, and what the host refuses later arrives as the completion.
//
// A message: number of the instance (32 bits), number of the service's table, number of the function, arguments. An instance's number is
// never used again, so that what was on its way when it ended is dropped.
#pragma once

#include <sdk/messages/call_codec.hpp>

#include <kith/service/clock.h>
#include <kith/service/discovery.h>
#include <kith/service/loop.h>
#include <kith/service/metric.h>
#include <kith/service/state.h>
#include <kith/service/timer.h>
#include <kith/service/tls.h>

#include <cstdint>
#include <string_view>

namespace kith::messages {

/// Takes messages to the other end. They are borrowed.
class MessageSink {
  public:
    /// False: the message is too large, and was not sent.
    virtual bool send(std::string_view message) = 0;

  protected:
    ~MessageSink() = default;
};

/// Tables besides those of services: the functions of kith_host, and the life of an instance.
inline constexpr std::uint8_t host_table = 255, life_table = 254;

/// life_table, to the plugin's end.
enum class ToInstance : std::uint8_t { create, start, stop, destroy, refused };
/// life_table, to the host's end.
enum class FromInstance : std::uint8_t { not_created, stopping };
/// host_table, to the host's end.
enum class HostFunction : std::uint8_t { cancel, stopped, failed };

/// What the plugin's end knows of its host and its instance. All strings: borrowed.
struct InstanceSetup {
    kith_str id{}, topology{}, source{}, instance{};
    kith_str options{}; ///< JSON
    kith_str node{};    ///< the local node, as far as it is known
    std::uint64_t node_epoch = 0;
    std::uint32_t kind = 0, abi_minor = 0, log_level = 0, max_peers = UINT32_MAX;
    std::uint64_t services = 0;                  ///< bit n: the host offers the service of table n, and the plugin declares it
    const kith_attribute *environment = nullptr; ///< the variables that are set
    std::uint32_t environment_count = 0;
    const kith_str *readable = nullptr; ///< names of the variables that the plugin may read
    std::uint32_t readable_count = 0;
};

template <class Io>
void describe(Io &io, InstanceSetup &s) {
    each(io, s.id, s.topology, s.source, s.instance, s.options, s.node, s.node_epoch, s.kind, s.abi_minor, s.log_level,
         s.max_peers, s.services);
    io.list(s.environment, s.environment_count);
    io.list(s.readable, s.readable_count);
}

/// A message with these values as arguments.
template <class... T>
std::string call_message(std::uint32_t instance, std::uint8_t table, std::uint8_t function, const T &...values) {
    Writer out;
    out.one(instance);
    out.one(table);
    out.one(function);
    (out.one(values), ...);
    return std::move(out.bytes);
}

struct OpenedMessage {
    std::uint32_t instance = 0;
    std::uint8_t table = 0, function = 0;
    std::string_view arguments;
};

/// Throws std::runtime_error when the message has no head.
inline OpenedMessage open_message(std::string_view message) {
    OpenedMessage out;
    constexpr std::size_t head = sizeof out.instance + 2;
    if (message.size() < head) throw std::runtime_error("a message without a head");
    std::memcpy(&out.instance, message.data(), sizeof out.instance);
    out.table = static_cast<std::uint8_t>(message[sizeof out.instance]);
    out.function = static_cast<std::uint8_t>(message[sizeof out.instance + 1]);
    out.arguments = message.substr(head);
    return out;
}

/// The completion of a function that begins an operation: Completion<&kith_tcp_host::connect>::member.
template <auto Begin>
struct Completion;
template <auto Member>
struct CompletesBy {
    static constexpr auto member = Member;
};
#define KITH_COMPLETES(service, begin, end)                                                                                    \
    template <>                                                                                                                \
    struct Completion<&kith_##service##_host::begin> : CompletesBy<&kith_##service##_plugin::end> {}
KITH_COMPLETES(dns, query, answered);
KITH_COMPLETES(file, read, read);
KITH_COMPLETES(file, write, written);
KITH_COMPLETES(file, watch, changed);
KITH_COMPLETES(http, open, opened);
KITH_COMPLETES(http, request, responded);
KITH_COMPLETES(http, read, read);
KITH_COMPLETES(members, take, page);
KITH_COMPLETES(members, read, page);
KITH_COMPLETES(process, start, started);
KITH_COMPLETES(process, read, read);
KITH_COMPLETES(process, write, written);
KITH_COMPLETES(process, wait, ended);
KITH_COMPLETES(spool, append, appended);
KITH_COMPLETES(spool, read, read);
KITH_COMPLETES(spool, acknowledge, acknowledged);
KITH_COMPLETES(state, load, loaded);
KITH_COMPLETES(state, save, saved);
KITH_COMPLETES(tcp, connect, connected);
KITH_COMPLETES(tcp, listen, listening);
KITH_COMPLETES(tcp, accept, accepted);
KITH_COMPLETES(tcp, read, read);
KITH_COMPLETES(tcp, write, written);
KITH_COMPLETES(timer, start, fired);
KITH_COMPLETES(tls, open, opened);
KITH_COMPLETES(tls, secure, secured);
KITH_COMPLETES(udp, bind, bound);
KITH_COMPLETES(udp, receive, received);
KITH_COMPLETES(udp, send, sent);
#undef KITH_COMPLETES

/// What a function of a table is, by its parameters alone.
template <class Table, class First, class R, class... Args>
struct FunctionShape {
    using Shape = Signature<Args...>;
    using Values = typename Shape::Values;
    using Result = R;
    static constexpr bool of_loop = std::is_same_v<Table, kith_loop_host> || std::is_same_v<Table, kith_loop_plugin>;
    static constexpr std::size_t count = sizeof...(Args);
    /// Begins an operation: its last parameters are `user` and the place for the operation's id.
    static constexpr bool begins =
        !of_loop && std::is_same_v<First, const kith_host *> && count >= 2 && Shape::user() == count - 2;
    /// Completes one: its first parameters are `user`, the operation's id, and a status.
    static constexpr bool completes = !of_loop && std::is_same_v<First, void *> && count >= 3 && Shape::user() == 0;
};

template <auto Member>
struct ShapeOf;
template <class Table, class R, class First, class... Args, R (*Table::*Member)(First, Args...)>
struct ShapeOf<Member> : FunctionShape<Table, First, R, Args...> {
    using TableType = Table;
};

} // namespace kith::messages
