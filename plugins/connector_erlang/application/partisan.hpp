// SPDX-License-Identifier: MIT
//
// Partisan 5, an overlay network with connections of its own, beside or instead of Erlang's: the full mesh of
// partisan_pluggable_peer_service_manager, and the partial views of HyParView. Its join takes a specification with an address and a port, and
// returns before there is a connection; its manager sleeps in each join, so that joins of peers that do not listen would pile up there.
#pragma once

#include "application.hpp"

namespace kith::erlang {

// Whether the peer listens is tried first. That connection is kept for three seconds, by the process that made it: Partisan 5.0.3 ends as a
// whole when it accepts one that is closed at once. The specification of a peer is that of the node itself, with the peer's name, the address of its host part, and the common port.
inline constexpr std::string_view partisan_join = R"(
    [#{ip := OwnAddress, port := Port} | _] = maps:get(listen_addrs, partisan:node_spec()),
    Family = case tuple_size(OwnAddress) of 4 -> inet; 8 -> inet6 end,
    Reach = fun(Peer) ->
        Host = lists:last(string:split(atom_to_list(Peer), "@")),
        case inet:getaddr(Host, Family) of
            {ok, Address} ->
                case gen_tcp:connect(Address, Port, [Family], 1000) of
                    {ok, _} ->
                        {ok, maps:merge(partisan:node_spec(),
                            #{name => Peer, listen_addrs => [#{ip => Address, port => Port}]})};
                    {error, Why} ->
                        {error, iolist_to_binary(io_lib:format("it does not listen at ~s port ~b, the one of the local node: ~p",
                            [inet:ntoa(Address), Port, Why]))}
                end;
            {error, Why} -> {error, iolist_to_binary(io_lib:format("its host name ~s has no address: ~p", [Host, Why]))}
        end
    end,
    Me = self(),
    Asked = [{Peer, spawn_monitor(fun() -> Me ! {self(), Reach(Peer)}, timer:sleep(3000) end)} || Peer <- Peers],
    Reached = [{Peer, receive {Pid, R} -> R; {'DOWN', Ref, _, _, R} -> {error, R} end} || {Peer, {Pid, Ref}} <- Asked],
    [{Peer, case R of
        {ok, Spec} ->
            {ok, Known} = partisan_peer_service:members(),
            case lists:member(Peer, Known) of true -> ok; false -> partisan_peer_service:join(Spec) end;
        _ -> R
    end} || {Peer, R} <- Reached])";

inline constexpr Application partisan{
    .id = "partisan",
    .name = "Partisan",
    .status = R"(
        {ok, Members} = partisan_peer_service:members(),
        {true, Members, [node() | partisan:nodes()], []})",
    .links = R"(
        {ok, Members} = partisan_peer_service:members(),
        Up = partisan:nodes(),
        {[N || N <- Members, lists:member(N, Up)], (Members -- Up) -- [node()]})",
    .remove = "partisan_peer_service:leave(#{name => Peer, listen_addrs => [], channels => #{}})",
    .join_each = partisan_join,
};

inline constexpr Application partisan_hyparview{
    .id = "partisan_hyparview",
    .name = "Partisan (HyParView)",
    .status = R"(
        {ok, Members} = partisan_peer_service:members(),
        {true, Members, [node() | Members -- [node()]], []})",
    .links = R"(
        {ok, Members} = partisan_peer_service:members(),
        {ok, Passive} = partisan_hyparview_peer_service_manager:passive(),
        {Members -- [node()], [N || #{name := N} <- sets:to_list(Passive), N =/= node(), not lists:member(N, Members)]})",
    .join_each = partisan_join,
};

} // namespace kith::erlang
