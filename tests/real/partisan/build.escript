#!/usr/bin/env escript
%% SPDX-License-Identifier: MIT
%%
%% build.escript CHECKOUTS INTO: compiles Partisan 5 and the libraries that it requires, from CHECKOUTS/partisan, types, telemetry, uuid and
%% quickrand, with Erlang alone. INTO is an Erlang library directory: INTO/partisan/ebin. Prints what does not compile.
main([From, Into]) ->
    Ebin = filename:join([Into, "partisan", "ebin"]),
    Partisan = filename:join(From, "partisan"),
    Header = filename:join([Into, "partisan", "include"]),
    ok = filelib:ensure_dir(filename:join(Ebin, "x")),
    ok = filelib:ensure_dir(filename:join(Header, "x")),
    [{ok, _} = file:copy(F, filename:join(Header, filename:basename(F))) || F <- files(Partisan, "include/*")],
    true = code:add_patha(Ebin),
    Compile = fun(Folder, Sources) ->
        Options = [{outdir, Ebin}, {i, Folder ++ "/include"}, {i, Folder ++ "/src"}, {i, Partisan ++ "/include"}, return_errors],
        [compiled(compile:file(F, Options)) || F <- Sources]
    end,
    [Compile(Folder, files(Folder, "src/*.erl")) || L <- ["quickrand", "uuid", "telemetry"], Folder <- [filename:join(From, L)]],
    Types = filename:join(From, "types"),
    Compile(Types, files(Types, "src/{type,state_type}.erl")),
    Compile(Types, files(Types, "src/*.erl")),
    Compile(Partisan, files(Partisan, "src/partisan_{transform,transformed_module,peer_service_manager,membership_strategy}.erl")),
    Compile(Partisan, files(Partisan, "src/*.erl") ++ files(Partisan, "priv/otp/24/*.erl")),
    [{ok, _} = file:copy(F, filename:join(Ebin, filename:basename(F, ".src")))
        || L <- ["partisan", "types", "telemetry", "uuid", "quickrand"], F <- files(filename:join(From, L), "src/*.app.src")].

files(Folder, Pattern) -> filelib:wildcard(filename:join(Folder, Pattern)).

compiled({ok, _}) -> ok;
compiled({ok, _, _}) -> ok;
compiled(Failed) -> io:format(standard_error, "~p~n", [Failed]), halt(1).
