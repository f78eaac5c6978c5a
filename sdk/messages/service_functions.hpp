// SPDX-License-Identifier: MIT
//
/// A service of which one side has no functions.
struct Nothing {};

// The functions of each service, in the order of its table. A number in messages is a place in such a list.
#pragma once

#include <sdk/messages/call_stubs.hpp>

#include <kith/service/tls.h>

namespace kith::messages::functions {

template <class Table, auto... Members>
using Host = Functions<Table, const kith_host *, Members...>;
template <class Table, auto... Members>
using Plugin = Functions<Table, void *, Members...>;

/// A service of which one side has no functions.
struct Nothing {};

// The functions of each service, in the order of its table; Back: of the plugin's table.

using Clock = Host<kith_clock_host, &kith_clock_host::monotonic, &kith_clock_host::wall>;
using ClockBack = Plugin<kith_clock_plugin, &kith_clock_plugin::jumped>;
using Connector =
    Host<kith_connector_host, &kith_connector_host::done, &kith_connector_host::attached, &kith_connector_host::detached,
         &kith_connector_host::links, &kith_connector_host::link_up, &kith_connector_host::link_down>;
using ConnectorBack = Plugin<kith_connector_plugin, &kith_connector_plugin::connect, &kith_connector_plugin::disconnect,
                             &kith_connector_plugin::cancel, &kith_connector_plugin::refresh>;
using Discovery =
    Host<kith_discovery_host, &kith_discovery_host::replace, &kith_discovery_host::update, &kith_discovery_host::watching,
         &kith_discovery_host::heard, &kith_discovery_host::failed, &kith_discovery_host::left_out>;
using DiscoveryBack = Plugin<kith_discovery_plugin, &kith_discovery_plugin::refresh>;
using Dns = Host<kith_dns_host, &kith_dns_host::query>;
using DnsBack = Plugin<kith_dns_plugin, &kith_dns_plugin::answered>;
using Env = Host<kith_env_host, &kith_env_host::get>;
using File = Host<kith_file_host, &kith_file_host::read, &kith_file_host::write, &kith_file_host::watch>;
using FileBack = Plugin<kith_file_plugin, &kith_file_plugin::read, &kith_file_plugin::written, &kith_file_plugin::changed>;
using Http =
    Host<kith_http_host, &kith_http_host::open, &kith_http_host::request, &kith_http_host::read, &kith_http_host::close>;
using HttpBack = Plugin<kith_http_plugin, &kith_http_plugin::opened, &kith_http_plugin::responded, &kith_http_plugin::read>;
using Log = Host<kith_log_host, &kith_log_host::level, &kith_log_host::write>;
using Loop = Host<kith_loop_host, &kith_loop_host::post>;
using LoopBack = Plugin<kith_loop_plugin, &kith_loop_plugin::posted>;
using Members = Host<kith_members_host, &kith_members_host::take, &kith_members_host::read, &kith_members_host::left_out>;
using MembersBack = Plugin<kith_members_plugin, &kith_members_plugin::page>;
using Messages = Host<kith_messages_host, &kith_messages_host::done, &kith_messages_host::arrived, &kith_messages_host::lost>;
using MessagesBack = Plugin<kith_messages_plugin, &kith_messages_plugin::send, &kith_messages_plugin::cancel,
                            &kith_messages_plugin::listening, &kith_messages_plugin::leave>;
using Metric = Host<kith_metric_host, &kith_metric_host::define, &kith_metric_host::add, &kith_metric_host::set,
                    &kith_metric_host::observe>;
using Node = Host<kith_node_host, &kith_node_host::get>;
using NodeBack = Plugin<kith_node_plugin, &kith_node_plugin::changed>;
using OptionsOf = Host<kith_options_host, &kith_options_host::type, &kith_options_host::get_bool,
                       &kith_options_host::get_integer, &kith_options_host::get_number, &kith_options_host::get_string,
                       &kith_options_host::size, &kith_options_host::member, &kith_options_host::json>;
using Process =
    Host<kith_process_host, &kith_process_host::start, &kith_process_host::read, &kith_process_host::write,
         &kith_process_host::shutdown, &kith_process_host::wait, &kith_process_host::end, &kith_process_host::close>;
using ProcessBack = Plugin<kith_process_plugin, &kith_process_plugin::started, &kith_process_plugin::read,
                           &kith_process_plugin::written, &kith_process_plugin::ended>;
using Random = Host<kith_random_host, &kith_random_host::fill>;
using Sink = Host<kith_sink_host, &kith_sink_host::subscribe, &kith_sink_host::taken>;
using SinkBack = Plugin<kith_sink_plugin, &kith_sink_plugin::events>;
using Spool = Host<kith_spool_host, &kith_spool_host::append, &kith_spool_host::read, &kith_spool_host::acknowledge>;
using SpoolBack =
    Plugin<kith_spool_plugin, &kith_spool_plugin::appended, &kith_spool_plugin::read, &kith_spool_plugin::acknowledged>;
using State = Host<kith_state_host, &kith_state_host::load, &kith_state_host::save>;
using StateBack = Plugin<kith_state_plugin, &kith_state_plugin::loaded, &kith_state_plugin::saved>;
using Tcp = Host<kith_tcp_host, &kith_tcp_host::connect, &kith_tcp_host::listen, &kith_tcp_host::accept, &kith_tcp_host::read,
                 &kith_tcp_host::write, &kith_tcp_host::shutdown, &kith_tcp_host::close>;
using TcpBack = Plugin<kith_tcp_plugin, &kith_tcp_plugin::connected, &kith_tcp_plugin::listening, &kith_tcp_plugin::accepted,
                       &kith_tcp_plugin::read, &kith_tcp_plugin::written>;
using Timer = Host<kith_timer_host, &kith_timer_host::start>;
using TimerBack = Plugin<kith_timer_plugin, &kith_timer_plugin::fired>;
using Tls = Host<kith_tls_host, &kith_tls_host::open, &kith_tls_host::secure, &kith_tls_host::close>;
using TlsBack = Plugin<kith_tls_plugin, &kith_tls_plugin::opened, &kith_tls_plugin::secured>;
using Udp = Host<kith_udp_host, &kith_udp_host::bind, &kith_udp_host::join, &kith_udp_host::leave, &kith_udp_host::receive,
                 &kith_udp_host::send, &kith_udp_host::close>;
using UdpBack = Plugin<kith_udp_plugin, &kith_udp_plugin::bound, &kith_udp_plugin::membership, &kith_udp_plugin::received,
                       &kith_udp_plugin::sent>;

template <class Host, class Back = Nothing>
struct Pair {
    using HostSide = Host;
    using PluginSide = Back;
};

/// All services. A table's number in messages is its place here.
using All =
    std::tuple<Pair<Clock, ClockBack>, Pair<Connector, ConnectorBack>, Pair<Discovery, DiscoveryBack>, Pair<Dns, DnsBack>,
               Pair<Env>, Pair<File, FileBack>, Pair<Http, HttpBack>, Pair<Log>, Pair<Loop, LoopBack>, Pair<Metric>,
               Pair<Node, NodeBack>, Pair<OptionsOf>, Pair<Process, ProcessBack>, Pair<Random>, Pair<Sink, SinkBack>,
               Pair<State, StateBack>, Pair<Tcp, TcpBack>, Pair<Timer, TimerBack>, Pair<Udp, UdpBack>,
               Pair<Members, MembersBack>, Pair<Spool, SpoolBack>, Pair<Tls, TlsBack>, Pair<Messages, MessagesBack>>;

/// The number of the service with this table of the host.
template <class Table, std::size_t I = 0>
constexpr std::uint8_t number_of_table() {
    if constexpr (std::is_same_v<typename std::tuple_element_t<I, All>::HostSide::TableType, Table>)
        return static_cast<std::uint8_t>(I);
    else
        return number_of_table<Table, I + 1>();
}
template <class Table>
inline constexpr std::uint8_t table_of = number_of_table<Table>();

} // namespace kith::messages::functions
