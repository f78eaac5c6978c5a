// SPDX-License-Identifier: MIT
#include "mfa.hpp"

#include <kith/address.hpp>

#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace kith::erlang {
namespace {

constexpr int deepest_argument = 16;

[[noreturn]] void refuse(std::string_view path, std::string_view expected) {
    throw error(KITH_INVALID, "option " + std::string(path) + ": expected " + std::string(expected));
}

using Form = PeerPlace::Form;
constexpr std::array<std::pair<std::string_view, Form>, 5> forms{{{"atom", Form::atom},
                                                                  {"binary", Form::binary},
                                                                  {"string", Form::string},
                                                                  {"integer", Form::integer},
                                                                  {"address", Form::address}}};

Form read_form(const options &from, const std::string &path, std::size_t count) {
    std::string expected;
    const bool is_text = from.type(path) == KITH_JSON_STRING;
    for (std::size_t i = 0; i < count; ++i) {
        if (is_text && from.text(path) == forms[i].first) return forms[i].second;
        expected += (i == 0 ? "" : ", ") + std::string(forms[i].first);
    }
    refuse(path, "one of " + expected);
}

// Writes the arguments, and remembers where they depend on the peer.
class ArgumentWriter {
  public:
    ArgumentWriter(const options &from, bool for_peer, Mfa &mfa)
        : from_(from), for_peer_(for_peer), mfa_(mfa), out_(mfa.arguments) {}

    void write(const std::string &path, int depth) {
        if (depth > deepest_argument) refuse(path, "an argument that is nested less than 16 deep");
        switch (from_.type(path)) {
        case KITH_JSON_NULL: out_.atom("nil"); return;
        case KITH_JSON_BOOL: out_.atom(from_.flag(path) ? "true" : "false"); return;
        case KITH_JSON_INTEGER: out_.integer(from_.integer(path)); return;
        case KITH_JSON_NUMBER: out_.real(from_.number(path)); return;
        case KITH_JSON_STRING: out_.atom(from_.text(path)); return;
        case KITH_JSON_ARRAY: {
            const auto count = static_cast<std::uint32_t>(from_.size(path));
            out_.list(count);
            elements(path, count, depth);
            out_.nil();
            return;
        }
        default: object(path, depth);
        }
    }

  private:
    void elements(const std::string &path, std::uint32_t count, int depth) {
        for (std::uint32_t i = 0; i < count; ++i) write(path + '/' + std::to_string(i), depth + 1);
    }

    void object(const std::string &path, int depth) {
        const std::string kind = from_.size(path) == 0 ? std::string() : std::string(from_.member(path, 0));
        const bool as = from_.size(path) == 2 && from_.has(path + "/attribute") && from_.has(path + "/as");
        const std::string below = path + '/' + (as ? "attribute" : kind);
        const auto type = from_.size(path) == 1 || as ? from_.type(below) : std::uint32_t{KITH_JSON_ABSENT};
        if (kind == "binary" && type == KITH_JSON_STRING) {
            out_.binary(from_.text(below));
        } else if (kind == "string" && type == KITH_JSON_STRING) {
            write_string(out_, from_.text(below));
        } else if (kind == "tuple" && type == KITH_JSON_ARRAY) {
            const auto count = static_cast<std::uint32_t>(from_.size(below));
            out_.tuple(count);
            elements(below, count, depth);
        } else if (kind == "map" && type == KITH_JSON_OBJECT) {
            map(below, depth);
        } else if (kind == "peer" && type == KITH_JSON_STRING) {
            place(path, {}, read_form(from_, below, 3));
        } else if ((kind == "attribute" || as) && type == KITH_JSON_STRING) {
            place(path, std::string(from_.text(below)), as ? read_form(from_, path + "/as", forms.size()) : Form::binary);
        } else {
            refuse(path, R"(a string (an atom), a number, true, false, null, a list, {"binary": "..."}, {"string": "..."}, )"
                         R"({"tuple": [...]}, {"map": {...}}, {"peer": "atom"} or {"attribute": "..."})");
        }
    }

    void map(const std::string &path, int depth) {
        const auto count = static_cast<std::uint32_t>(from_.size(path));
        out_.map(count);
        for (std::uint32_t i = 0; i < count; ++i) {
            const std::string key(from_.member(path, i));
            out_.atom(key);
            write(member_pointer(path, key), depth + 1);
        }
    }

    void place(const std::string &path, std::string attribute, Form form) {
        if (!for_peer_) refuse(path, "no peer here: links are listed for all of them at once");
        mfa_.places.push_back({mfa_.arguments.size(), std::move(attribute), form});
    }

    const options &from_;
    bool for_peer_;
    Mfa &mfa_;
    etf::Writer out_;
};

// As written in Elixir: ":erlang" is the atom erlang, "MyApp.Cluster" the module Elixir.MyApp.Cluster.
std::string module_name(std::string_view text) {
    if (text.starts_with(':')) return std::string(text.substr(1));
    const bool alias = !text.empty() && text.front() >= 'A' && text.front() <= 'Z' && !text.starts_with("Elixir.");
    return (alias ? "Elixir." : "") + std::string(text);
}

std::string without_colon(std::string_view text) { return std::string(text.substr(text.starts_with(':') ? 1 : 0)); }

// An Erlang address: {10,0,0,7}, or eight numbers.
bool write_address(etf::Writer &out, std::string_view text) {
    const auto address = kith::address::parse(text, 0);
    if (!address) return false;
    const auto &bytes = address->raw().bytes;
    if (address->is_ipv6()) {
        out.tuple(8);
        for (std::size_t i = 0; i < 16; i += 2) out.integer(bytes[i] << 8 | bytes[i + 1]);
    } else {
        out.tuple(4);
        for (std::size_t i = 0; i < 4; ++i) out.integer(bytes[i]);
    }
    return true;
}

bool write_as(etf::Writer &out, Form form, std::string_view text) {
    switch (form) {
    case Form::atom: out.atom(text); return text.size() <= 255;
    case Form::binary: out.binary(text); return true;
    case Form::string: write_string(out, text); return true;
    case Form::integer: {
        std::int64_t number = 0;
        const auto end = text.data() + text.size();
        const auto [at, fault] = std::from_chars(text.data(), end, number);
        out.integer(number);
        return fault == std::errc() && at == end;
    }
    case Form::address: return write_address(out, text);
    }
    return false;
}

} // namespace

std::string Mfa::text(bool for_peer) const {
    if (!label.empty()) return label;
    return module + ':' + function + '/' + std::to_string(arity + (for_peer && places.empty() ? 1 : 0));
}

std::string Mfa::list() const {
    if (!whole_list.empty()) return whole_list;
    std::string out;
    etf::Writer(out).list(arity).raw(arguments).nil();
    return out;
}

result<std::string> Mfa::list_for(const peer &to) const {
    std::string out;
    etf::Writer writer(out);
    if (places.empty()) {
        writer.list(arity + 1).raw(arguments).atom(to.name).nil();
        return out;
    }
    writer.list(arity);
    std::size_t done = 0;
    for (const PeerPlace &place : places) {
        writer.raw(std::string_view(arguments).substr(done, place.at - done));
        done = place.at;
        const std::string_view value =
            place.attribute.empty() ? std::string_view(to.name) : to.attribute_or_empty(place.attribute);
        if (value.empty())
            return error(KITH_INVALID, "the strategy reports no attribute " + place.attribute + " of " + to.name + ", which " +
                                           text(true) + " is to be called with");
        if (!write_as(writer, place.form, value))
            return error(KITH_INVALID, "the attribute " + place.attribute + " of " + to.name + " is " + std::string(value) +
                                           ": expected " +
                                           (place.form == Form::integer   ? "an integer"
                                            : place.form == Form::address ? "a numeric address"
                                                                          : "at most 255 characters, as an atom has"));
    }
    writer.raw(std::string_view(arguments).substr(done)).nil();
    return out;
}

Mfa read_mfa(const options &from, std::string_view path, bool for_peer) {
    const std::string at(path);
    if (from.type(at) != KITH_JSON_ARRAY || from.size(at) != 3) refuse(at, "[module, function, [arguments]]");
    Mfa mfa;
    mfa.module = module_name(from.text(at + "/0"));
    mfa.function = without_colon(from.text(at + "/1"));
    if (mfa.module.empty() || mfa.function.empty()) refuse(at, "names of a module and a function");
    if (from.type(at + "/2") != KITH_JSON_ARRAY) refuse(at + "/2", "a list of arguments, [] for none");
    mfa.arity = static_cast<std::uint32_t>(from.size(at + "/2"));
    ArgumentWriter writer(from, for_peer, mfa);
    for (std::uint32_t i = 0; i < mfa.arity; ++i) writer.write(at + "/2/" + std::to_string(i), 0);
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

void write_string(etf::Writer &out, std::string_view bytes) {
    out.list(static_cast<std::uint32_t>(bytes.size()));
    for (const char c : bytes) out.integer(static_cast<unsigned char>(c));
    out.nil();
}

std::string member_pointer(std::string_view object, std::string_view name) {
    std::string out = std::string(object) + '/';
    for (const char c : name) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    return out;
}

} // namespace kith::erlang
