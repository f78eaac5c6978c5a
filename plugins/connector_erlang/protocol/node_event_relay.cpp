// SPDX-License-Identifier: MIT
#include "node_event_relay.hpp"

#include "etf/term_printer.hpp"
#include "etf/text_parser.hpp"

namespace kith::erlang {
namespace {

// With P bound to us and R to the request:
//
//     net_kernel:monitor_nodes(true, [{node_type, all}, nodedown_reason]),
//     erlang:monitor(process, P),
//     P ! {R, nodes, erlang:nodes(visible), erlang:nodes(hidden)},
//     (fun L() ->
//         receive
//             {nodeup, _, _} = M -> P ! {R, M}, L();
//             {nodedown, _, _} = M -> P ! {R, M}, L();
//             {_, _, process, P, _} -> ok;
//             _ -> L()
//         end
//     end)()
//
// The news begin before the list is made, so that none falls between.
constexpr std::string_view program = R"([
 {call,0,{remote,0,{atom,0,net_kernel},{atom,0,monitor_nodes}},
  [{atom,0,true},{cons,0,{tuple,0,[{atom,0,node_type},{atom,0,all}]},{cons,0,{atom,0,nodedown_reason},{nil,0}}}]},
 {call,0,{remote,0,{atom,0,erlang},{atom,0,monitor}},[{atom,0,process},{var,0,'P'}]},
 {op,0,'!',{var,0,'P'},
  {tuple,0,[{var,0,'R'},{atom,0,nodes},
   {call,0,{remote,0,{atom,0,erlang},{atom,0,nodes}},[{atom,0,visible}]},
   {call,0,{remote,0,{atom,0,erlang},{atom,0,nodes}},[{atom,0,hidden}]}]}},
 {call,0,{named_fun,0,'L',[{clause,0,[],[],[{'receive',0,[
  {clause,0,[{match,0,{tuple,0,[{atom,0,nodeup},{var,0,'_'},{var,0,'_'}]},{var,0,'M'}}],[],
   [{op,0,'!',{var,0,'P'},{tuple,0,[{var,0,'R'},{var,0,'M'}]}},{call,0,{var,0,'L'},[]}]},
  {clause,0,[{match,0,{tuple,0,[{atom,0,nodedown},{var,0,'_'},{var,0,'_'}]},{var,0,'M'}}],[],
   [{op,0,'!',{var,0,'P'},{tuple,0,[{var,0,'R'},{var,0,'M'}]}},{call,0,{var,0,'L'},[]}]},
  {clause,0,[{tuple,0,[{var,0,'_'},{var,0,'_'},{atom,0,process},{var,0,'P'},{var,0,'_'}]}],[],[{atom,0,ok}]},
  {clause,0,[{var,0,'_'}],[],[{call,0,{var,0,'L'},[]}]}]}]}]},[]}
])";

constexpr std::uint32_t relay_mark = 0x72656c61;

std::vector<std::string> names_of(const etf::TermView &list) {
    std::vector<std::string> names;
    etf::Elements elements = list.elements();
    names.reserve(elements.left());
    while (elements.left() != 0)
        if (auto name = elements.next().atom()) names.push_back(std::move(*name));
    return names;
}

// {nodeup | nodedown, Name} or {nodeup | nodedown, Name, [{node_type, Type}, {nodedown_reason, Reason}]}
std::optional<Relay::Event> news_of(const etf::TermView &term) {
    if (!term.is_tuple(2) && !term.is_tuple(3)) return std::nullopt;
    etf::Elements elements = term.elements();
    const etf::TermView what = elements.next();
    auto name = elements.next().atom();
    const bool up = what.is_atom("nodeup");
    if (!name || (!up && !what.is_atom("nodedown"))) return std::nullopt;
    Relay::Event event;
    event.kind = up ? Relay::Event::Kind::up : Relay::Event::Kind::down;
    event.name = std::move(*name);
    etf::Elements details = elements.next().elements();
    while (details.left() != 0) {
        const etf::TermView detail = details.next();
        if (!detail.is_tuple(2)) continue;
        etf::Elements pair = detail.elements();
        const etf::TermView key = pair.next();
        const etf::TermView value = pair.next();
        if (key.is_atom("node_type")) event.hidden = value.is_atom("hidden");
        if (key.is_atom("nodedown_reason")) event.why = etf::to_text(value, 200);
    }
    return event;
}

} // namespace

void Relay::start(std::string &out) {
    request_.node = self_.node;
    request_.creation = self_.creation;
    request_.size = 3;
    request_.words = {0, ++generation_, relay_mark};
    std::string arguments;
    etf::Writer writer(arguments);
    writer.list(2);
    etf::write_text(writer, program);
    writer.list(2);
    writer.tuple(2).atom("P").pid(self_);
    writer.tuple(2).atom("R").reference(request_);
    writer.nil().nil();
    control::append_spawn_request(out, {request_, self_, {}, "erl_eval", "exprs", 2, arguments});
    state_ = State::relay;
}

bool Relay::ours(const etf::TermView &term) const {
    const auto reference = term.reference();
    return reference && *reference == request_;
}

std::optional<Relay::Event> Relay::take(const control::Message &message, std::string &out) {
    if (state_ == State::idle) return std::nullopt;
    switch (message.op) {
    case control::Op::spawn_reply:
        if (message.size < 4 || !ours(message.fields[0]) || message.fields[3].kind() == etf::Kind::pid) return std::nullopt;
        return on_exit(message.fields[3], out);
    case control::Op::payload_monitor_p_exit:
        if (message.size < 3 || !ours(message.fields[2])) return std::nullopt;
        return on_exit(message.payload, out);
    case control::Op::monitor_p_exit:
        if (message.size < 4 || !ours(message.fields[2])) return std::nullopt;
        return on_exit(message.fields[3], out);
    case control::Op::send:
    case control::Op::send_sender: return on_relayed(message.payload);
    default: return std::nullopt;
    }
}

std::optional<Relay::Event> Relay::on_relayed(const etf::TermView &message) const {
    if (state_ == State::fallback) return news_of(message);
    if (message.kind() != etf::Kind::tuple || message.size() < 2) return std::nullopt;
    etf::Elements elements = message.elements();
    if (!ours(elements.next())) return std::nullopt;
    const etf::TermView second = elements.next();
    if (second.is_atom("nodes") && elements.left() == 2) {
        Event event;
        event.kind = Event::Kind::listing;
        event.visible_nodes = names_of(elements.next());
        event.hidden_nodes = names_of(elements.next());
        return event;
    }
    return news_of(second);
}

// Only a relay that could not run at all is replaced; one that was killed is for the caller to start anew.
std::optional<Relay::Event> Relay::on_exit(const etf::TermView &reason, std::string &out) {
    Event event;
    event.why = etf::to_text(reason, 200);
    etf::Elements elements = reason.elements();
    if (reason.kind() == etf::Kind::tuple && elements.next().is_atom("undef")) {
        event.kind = Event::Kind::fell_back;
        fall_back(out);
    } else {
        event.kind = Event::Kind::ended;
        state_ = State::idle;
    }
    return event;
}

void Relay::fall_back(std::string &out) {
    state_ = State::fallback;
    std::string message;
    etf::Writer writer(message);
    writer.tuple(3).atom("$gen_call").tuple(2).pid(self_).reference(request_);
    writer.tuple(2).atom("monitor_nodes").atom("true");
    control::append_reg_send(out, self_, "global_group", message);
}

} // namespace kith::erlang
