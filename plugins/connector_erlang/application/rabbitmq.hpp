// SPDX-License-Identifier: MIT
//
// RabbitMQ, 3.8 to 4.x. Its join resets the node, and needs the application stopped; a member that does not run stays a member until it is
// forgotten. From 3.13 on rabbit_db_cluster stands before Mnesia and Khepri. It reports that it is running shortly before the node has
// booted, and one that is stopped in between ends: such a node still starts. Of the parameters, those are no data that each node
// generates or takes from its configuration.
#pragma once

#include "application.hpp"

namespace kith::erlang {

inline constexpr Application rabbitmq{
    .id = "rabbitmq",
    .name = "RabbitMQ",
    .status = R"(
        _ = [code:ensure_loaded(M) || M <- [rabbit_db_cluster, rabbit_nodes]],
        Has = fun erlang:function_exported/3,
        case rabbit:is_running() andalso element(1, init:get_status()) =:= started of
            false -> {false, [node()], [], []};
            true ->
                Members = case Has(rabbit_db_cluster, members, 0) of
                    true -> rabbit_db_cluster:members();
                    false -> rabbit_mnesia:cluster_nodes(all)
                end,
                Running = case Has(rabbit_nodes, list_running, 0) of
                    true -> rabbit_nodes:list_running();
                    false -> rabbit_nodes:all_running()
                end,
                Count = fun
                    (_, _, []) -> [];
                    (One, _, [_]) -> [iolist_to_binary(["1 ", One])];
                    (_, Many, L) -> [iolist_to_binary([integer_to_list(length(L)), " ", Many])]
                end,
                Given = fun(Key, Usual) ->
                    case application:get_env(rabbit, Key) of {ok, V} -> [V, Usual]; _ -> [Usual] end
                end,
                Own = case Members of
                    [_] ->
                        Count("virtual host", "virtual hosts", rabbit_vhost:list_names() -- Given(default_vhost, <<"/">>)) ++
                        Count("user", "users",
                            [proplists:get_value(user, U) || U <- rabbit_auth_backend_internal:list_users()]
                                -- Given(default_user, <<"guest">>)) ++
                        Count("queue", "queues", rabbit_amqqueue:list_names()) ++
                        Count("exchange", "exchanges", [X || {resource, _, exchange, X} <- rabbit_exchange:list_names(),
                            X =/= <<>>, string:prefix(X, "amq.") =:= nomatch]) ++
                        Count("binding", "bindings", rabbit_binding:list_explicit()) ++
                        Count("policy", "policies", rabbit_policy:list() ++ rabbit_policy:list_op()) ++
                        Count("parameter", "parameters", rabbit_runtime_parameters:list()) ++
                        Count("global parameter", "global parameters",
                            [N || P <- rabbit_runtime_parameters:list_global(), N <- [proplists:get_value(name, P)],
                                not lists:member(N, [internal_cluster_id, cluster_name, cluster_tags])]);
                    _ -> []
                end,
                {true, Members, Running, Own}
        end)",
    .links = R"(
        _ = [code:ensure_loaded(M) || M <- [rabbit_db_cluster, rabbit_nodes]],
        Has = fun erlang:function_exported/3,
        case rabbit:is_running() of
            false -> {[], []};
            true ->
                Members = case Has(rabbit_db_cluster, members, 0) of
                    true -> rabbit_db_cluster:members();
                    false -> rabbit_mnesia:cluster_nodes(all)
                end -- [node()],
                Running = case Has(rabbit_nodes, list_running, 0) of
                    true -> rabbit_nodes:list_running();
                    false ->
                        Up = rabbit_nodes:all_running() -- [node()],
                        [N || {N, {ok, true}} <- lists:zip(Up, erpc:multicall(Up, rabbit, is_running, [], 5000))]
                end -- [node()],
                {Running, Members -- Running}
        end)",
    .join = R"(
        _ = code:ensure_loaded(rabbit_db_cluster),
        rabbit:stop(),
        case erlang:function_exported(rabbit_db_cluster, join, 2) of
            true -> rabbit_db_cluster:join(Peer, disc);
            false -> rabbit_mnesia:join_cluster(Peer, disc)
        end)",
    .start = R"(
        case rabbit:is_running() of
            true -> ok;
            false -> rabbit:start(), true = rabbit:is_running()
        end)",
    .remove = R"(
        _ = code:ensure_loaded(rabbit_db_cluster),
        case erlang:function_exported(rabbit_db_cluster, forget_member, 2) of
            true -> rabbit_db_cluster:forget_member(Peer, false);
            false -> rabbit_mnesia:forget_cluster_node(Peer, false)
        end)",
    .remove_by_hand = "rabbitmqctl forget_cluster_node NODE",
    .reset_by_hand = "rabbitmqctl stop_app, reset and start_app in NODE",
};

} // namespace kith::erlang
