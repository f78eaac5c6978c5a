// SPDX-License-Identifier: MIT
#include "erlang_program.hpp"

#include "etf/text_parser.hpp"
#include "etf/writer.hpp"

namespace kith::erlang {
namespace {

// element(2, erl_eval:exprs(element(2, erl_parse:parse_exprs(element(2, erl_scan:string(unicode:characters_to_list(S))))), B)), in Erlang's
// abstract form. S is the source, B are its bindings.
constexpr std::string_view evaluate_source = R"(
 {call,0,{remote,0,{atom,0,erlang},{atom,0,element}},[{integer,0,2},
  {call,0,{remote,0,{atom,0,erl_eval},{atom,0,exprs}},[
   {call,0,{remote,0,{atom,0,erlang},{atom,0,element}},[{integer,0,2},
    {call,0,{remote,0,{atom,0,erl_parse},{atom,0,parse_exprs}},[
     {call,0,{remote,0,{atom,0,erlang},{atom,0,element}},[{integer,0,2},
      {call,0,{remote,0,{atom,0,erl_scan},{atom,0,string}},[
       {call,0,{remote,0,{atom,0,unicode},{atom,0,characters_to_list}},[{var,0,'S'}]}]}]}]}]},
   {var,0,'B'}]}]}
)";

} // namespace

std::string program_arguments(std::string_view source, std::span<const Binding> bindings) {
    std::string out;
    etf::Writer writer(out);
    writer.list(5);
    etf::write_text(writer, evaluate_source);
    writer.list(2);
    writer.tuple(2).atom("S").binary(source);
    writer.tuple(2).atom("B").list(static_cast<std::uint32_t>(bindings.size()));
    for (const Binding &one : bindings) writer.tuple(2).atom(one.variable).raw(one.term);
    writer.nil().nil();
    writer.atom("none").atom("none").atom("value").nil();
    return out;
}

std::string atom_term(std::string_view name) {
    std::string out;
    etf::Writer(out).atom(name);
    return out;
}

std::string atoms_term(std::span<const std::string> names) {
    std::string out;
    etf::Writer writer(out);
    writer.list(static_cast<std::uint32_t>(names.size()));
    for (const std::string &name : names) writer.atom(name);
    writer.nil();
    return out;
}

std::string binary_term(std::string_view bytes) {
    std::string out;
    etf::Writer(out).binary(bytes);
    return out;
}

std::string flag_term(bool value) { return atom_term(value ? "true" : "false"); }

} // namespace kith::erlang
