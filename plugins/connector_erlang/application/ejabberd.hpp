// SPDX-License-Identifier: MIT
//
// ejabberd, whose cluster is that of its Mnesia. Its own join stops ejabberd, deletes the node's Mnesia and copies the other's tables; when that
// fails ejabberd stays stopped. Tables of an SQL database are not concerned. An ejabberd that is still starting has a supervisor already and creates
// tables: it does not run yet, since a join would stop Mnesia beneath it, and it would never finish.
#pragma once

#include "application.hpp"

namespace kith::erlang {

inline constexpr Application ejabberd{
    .id = "ejabberd",
    .name = "ejabberd",
    .status = R"(
        case lists:keymember(ejabberd, 1, application:which_applications()) of
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
        case lists:keymember(ejabberd, 1, application:which_applications()) of
            false -> {[], []};
            true ->
                Members = ejabberd_cluster:get_known_nodes() -- [node()],
                Up = ejabberd_cluster:get_nodes() -- [node()],
                Running = [N || {N, {ok, Apps}} <- lists:zip(Up, erpc:multicall(Up, application, which_applications, [], 5000)),
                    lists:keymember(ejabberd, 1, Apps)],
                {Running, Members -- Running}
        end)",
    .join = "ejabberd_cluster:join(Peer)",
    .start = "{ok, _} = application:ensure_all_started(ejabberd)",
    .remove = "ejabberd_cluster:leave(Peer)",
    .remove_by_hand = "ejabberdctl leave_cluster NODE",
    .reset_by_hand = "stop ejabberd in NODE and delete its Mnesia directory",
};

} // namespace kith::erlang
