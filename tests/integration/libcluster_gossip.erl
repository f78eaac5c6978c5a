%% SPDX-License-Identifier: MIT
%%
%% What an Elixir node with libcluster's gossip strategy does, in a module of our own: it announces its name to the group now and then,
%% and connects to whomever it hears. The packets are those of libcluster 3.5; tests/vectors/gossip.txt holds some that it sent.
%%
%%     libcluster_gossip:start(#{port => 45892, interface => {127,0,0,1}, secret => <<"...">>}).
%%
%% Options: port, group, interface (where the group is joined and sent to), interval (the longest pause, ms), secret (absent: plain),
%% connect (false: it listens only), announce (false: it says nothing), peers ([{Address, Port}]: told one by one besides the group).
-module(libcluster_gossip).
-export([start/1, stop/0, state/0, announce/1, read/2, write/2, vectors/1]).

-define(PREFIX, "heartbeat::").

%% -- on the wire --

write(Node, none) ->
    <<?PREFIX, (term_to_binary(#{node => Node}))/binary>>;
write(Node, Secret) ->
    Vector = crypto:strong_rand_bytes(16),
    Plain = write(Node, none),
    Fill = 16 - byte_size(Plain) rem 16,
    Padded = <<Plain/binary, (binary:copy(<<Fill>>, Fill))/binary>>,
    <<Vector/binary, (crypto:crypto_one_time(aes_256_cbc, key(Secret), Vector, Padded, true))/binary>>.

read(<<?PREFIX, Term/binary>>, none) ->
    try binary_to_term(Term) of
        #{node := Node} when is_atom(Node) -> {ok, Node};
        _ -> error
    catch error:badarg -> error
    end;
read(<<Vector:16/binary, Sealed/binary>>, Secret) when is_binary(Secret), Sealed =/= <<>>, byte_size(Sealed) rem 16 =:= 0 ->
    Padded = crypto:crypto_one_time(aes_256_cbc, key(Secret), Vector, Sealed, false),
    Fill = binary:last(Padded),
    case byte_size(Padded) - Fill of
        Size when Fill >= 1, Fill =< 16 -> read(binary:part(Padded, 0, Size), none);
        _ -> error
    end;
read(_, _) ->
    error.

key(Secret) ->
    crypto:hash(sha256, Secret).

%% Reads each packet of a file of vectors, and our own writing of the same; the number of packets.
vectors(File) ->
    {ok, Text} = file:read_file(File),
    Lines = [string:split(Line, "\t", all) || <<C, _/binary>> = Line <- string:split(Text, "\n", all), C =/= $#],
    [begin
         Node = binary_to_atom(Name),
         Secret = case Field of <<>> -> none; _ -> Field end,
         {{ok, Node}, _} = {read(binary:decode_hex(string:trim(Hex)), Secret), Name},
         {{ok, Node}, _} = {read(write(Node, Secret), Secret), Name},
         error = read(write(Node, <<"another secret">>), Secret)
     end || [Name, Field, Hex] <- Lines],
    length(Lines).

%% -- at work --

start(Options) ->
    Defaults = #{port => 45892, group => {233, 252, 1, 32}, interface => {0, 0, 0, 0}, interval => 5000, secret => none,
                 connect => true, announce => true, peers => []},
    Caller = self(),
    Pid = spawn(fun() -> open(Caller, maps:merge(Defaults, Options)) end),
    receive {Pid, Answer} -> Answer after 5000 -> timeout end.

stop() ->
    call(stop).

%% #{heard => #{Node => Count}, unread => Count, sent => Count}
state() ->
    call(state).

%% Says another name than its own, once.
announce(Node) ->
    call({announce, Node}).

call(Request) ->
    ?MODULE ! {self(), Request},
    receive {?MODULE, Answer} -> Answer after 5000 -> timeout end.

open(Caller, #{port := Port, group := Group, interface := Interface} = Options) ->
    Opened = gen_udp:open(Port, [binary, {active, true}, {ip, {0, 0, 0, 0}}, {reuseaddr, true}, {multicast_if, Interface},
                                 {multicast_ttl, 1}, {multicast_loop, true}, {add_membership, {Group, Interface}}]),
    case Opened of
        {ok, Socket} ->
            register(?MODULE, self()),
            Caller ! {self(), ok},
            self() ! heartbeat,
            loop(Socket, Options, #{heard => #{}, unread => 0, sent => 0});
        Failed ->
            Caller ! {self(), Failed}
    end.

loop(Socket, #{port := Port, group := Group, interval := Interval, secret := Secret} = Options, #{sent := Sent} = State) ->
    receive
        heartbeat ->
            erlang:send_after(rand:uniform(Interval), self(), heartbeat),
            case Options of
                #{announce := false} -> loop(Socket, Options, State);
                #{peers := Peers} ->
                    [gen_udp:send(Socket, Address, At, write(node(), Secret)) || {Address, At} <- [{Group, Port} | Peers]],
                    loop(Socket, Options, State#{sent := Sent + 1})
            end;
        {udp, Socket, _, _, Packet} ->
            loop(Socket, Options, heard(read(Packet, Secret), Options, State));
        {From, {announce, Node}} ->
            From ! {?MODULE, gen_udp:send(Socket, Group, Port, write(Node, Secret))},
            loop(Socket, Options, State);
        {From, state} ->
            From ! {?MODULE, State},
            loop(Socket, Options, State);
        {From, stop} ->
            gen_udp:close(Socket),
            unregister(?MODULE),
            From ! {?MODULE, ok}
    end.

heard({ok, Node}, Options, #{heard := Heard} = State) ->
    Connect = maps:get(connect, Options) andalso Node =/= node() andalso not lists:member(Node, nodes(connected)),
    Connect andalso spawn(fun() -> net_kernel:connect_node(Node) end),
    State#{heard := maps:update_with(Node, fun(Count) -> Count + 1 end, 1, Heard)};
heard(error, _, #{unread := Unread} = State) ->
    State#{unread := Unread + 1}.
