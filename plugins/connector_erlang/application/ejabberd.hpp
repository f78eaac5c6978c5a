// SPDX-License-Identifier: MIT
//
// ejabberd, whose cluster is that of its Mnesia. Its own join stops ejabberd, deletes the node's Mnesia and copies the other's tables; when that
// fails ejabberd stays stopped. Tables of an SQL database are not concerned.
#pragma once

#include "application.hpp"

namespace kith::erlang {

inline constexpr Application ejabberd{
    .id = "ejabberd",
    .name = "ejabberd",
    .status = R"(
        case is_pid(whereis(ejabberd_sup)) of
            false -> {false, [node()], [], []};
            true ->
                Members = ejabberd_cluster:get_known_nodes(),
                Own = case Members of
                    [_] ->
                        [iolist_to_binary([integer_to_list(N), case N of 1 -> " record of "; _ -> " records of " end, atom_to_list(T)])
                            || T <- lists:sort(mnesia:system_info(tables)), T =/= schema,
                                lists:member(mnesia:table_info(T, storage_type), [disc_copies, disc_only_copies]),
                                N <- [mnesia:table_info(T, size)], N > 0];
                    _ -> []
                end,
                {true, Members, ejabberd_cluster:get_nodes(), Own}
        end)",
    .links = R"(
        case is_pid(whereis(ejabberd_sup)) of
            false -> {[], []};
            true ->
                Members = ejabberd_cluster:get_known_nodes() -- [node()],
                Up = ejabberd_cluster:get_nodes() -- [node()],
                Running = [N || {N, {ok, P}} <- lists:zip(Up, erpc:multicall(Up, erlang, whereis, [ejabberd_sup], 5000)), is_pid(P)],
                {Running, Members -- Running}
        end)",
    .join = "ejabberd_cluster:join(Peer)",
    .start = R"(
        case is_pid(whereis(ejabberd_sup)) of
            true -> ok;
            false -> {ok, _} = application:ensure_all_started(ejabberd)
        end)",
    .remove = "ejabberd_cluster:leave(Peer)",
    .remove_by_hand = "ejabberdctl leave_cluster NODE",
    .reset_by_hand = "stop ejabberd in NODE and delete its Mnesia directory",
};

} // namespace kith::erlang
