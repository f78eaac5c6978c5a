// SPDX-License-Identifier: MIT
#include "mfa.hpp"

#include "etf/writer.hpp"

namespace kith::erlang {
namespace {

[[noreturn]] void refuse(std::string_view path, std::string_view expected) {
    throw error(KITH_INVALID, "option " + std::string(path) + ": expected " + std::string(expected));
}

void write_term(etf::Writer &out, const options &from, const std::string &path, int depth) {
    if (depth > 16) refuse(path, "an argument that is nested less than 16 deep");
    switch (from.type(path)) {
    case KITH_JSON_NULL: out.atom("nil"); return;
    case KITH_JSON_BOOL: out.atom(from.flag(path) ? "true" : "false"); return;
    case KITH_JSON_INTEGER: out.integer(from.integer(path)); return;
    case KITH_JSON_NUMBER: out.real(from.number(path)); return;
    case KITH_JSON_STRING: out.atom(from.text(path)); return;
    case KITH_JSON_ARRAY: {
        const auto count = static_cast<std::uint32_t>(from.size(path));
        out.list(count);
        for (std::uint32_t i = 0; i < count; ++i) write_term(out, from, path + '/' + std::to_string(i), depth + 1);
        out.nil();
        return;
    }
    default: break;
    }
    if (from.type(path + "/binary") == KITH_JSON_STRING) {
        out.binary(from.text(path + "/binary"));
    } else if (from.type(path + "/string") == KITH_JSON_STRING) {
        const std::string_view text = from.text(path + "/string");
        out.list(static_cast<std::uint32_t>(text.size()));
        for (const char c : text) out.integer(static_cast<unsigned char>(c));
        out.nil();
    } else {
        refuse(path, R"(a string (an atom), a number, true, false, null, a list, {"binary": "..."} or {"string": "..."})");
    }
}

// As written in Elixir: ":erlang" is the atom erlang, "MyApp.Cluster" the module Elixir.MyApp.Cluster.
std::string module_name(std::string_view text) {
    if (text.starts_with(':')) return std::string(text.substr(1));
    const bool alias = !text.empty() && text.front() >= 'A' && text.front() <= 'Z' && !text.starts_with("Elixir.");
    return (alias ? "Elixir." : "") + std::string(text);
}

std::string without_colon(std::string_view text) { return std::string(text.substr(text.starts_with(':') ? 1 : 0)); }

} // namespace

std::string Mfa::text(std::uint32_t more) const { return module + ':' + function + '/' + std::to_string(arity + more); }

std::string Mfa::list() const {
    std::string out;
    etf::Writer(out).list(arity).raw(arguments).nil();
    return out;
}

std::string Mfa::list_with_atom(std::string_view name) const {
    std::string out;
    etf::Writer(out).list(arity + 1).raw(arguments).atom(name).nil();
    return out;
}

Mfa read_mfa(const options &from, std::string_view path) {
    const std::string at(path);
    if (from.type(at) != KITH_JSON_ARRAY || from.size(at) != 3) refuse(at, "[module, function, [arguments]]");
    Mfa mfa;
    mfa.module = module_name(from.text(at + "/0"));
    mfa.function = without_colon(from.text(at + "/1"));
    if (mfa.module.empty() || mfa.function.empty()) refuse(at, "names of a module and a function");
    if (from.type(at + "/2") != KITH_JSON_ARRAY) refuse(at + "/2", "a list of arguments, [] for none");
    mfa.arity = static_cast<std::uint32_t>(from.size(at + "/2"));
    etf::Writer writer(mfa.arguments);
    for (std::uint32_t i = 0; i < mfa.arity; ++i) write_term(writer, from, at + "/2/" + std::to_string(i), 0);
    return mfa;
}

std::string atom_list(std::string_view atom) {
    std::string out;
    etf::Writer(out).list(1).atom(atom).nil();
    return out;
}

std::string atom_list(std::string_view first, std::string_view second) {
    std::string out;
    etf::Writer(out).list(2).atom(first).atom(second).nil();
    return out;
}

} // namespace kith::erlang
