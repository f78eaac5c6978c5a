// SPDX-License-Identifier: MIT
#include "ssl_dist_optfile.hpp"

#include <erlang_terms/term_file_parser.hpp>

#include <algorithm>

namespace kith::erlang {
namespace {

using erlang_terms::Term;

constexpr std::uint32_t tls_1_2 = 0x0303, tls_1_3 = 0x0304;

bool is_text(const Term &term) noexcept { return term.kind == Term::Kind::string || term.kind == Term::Kind::binary; }

// The value of {Key, Value} in a list; null: it is not there.
const Term *value_of(const Term &list, std::string_view key) noexcept {
    for (const Term &one : list.elements)
        if (one.is_tuple(2) && one.elements[0].is_atom(key)) return &one.elements[1];
    return nullptr;
}

std::string text_in(const Term &list, std::string_view key) {
    const Term *value = value_of(list, key);
    return value != nullptr && is_text(*value) ? value->text : std::string();
}

void identity_of(const Term &list, SslDistOptions &out) {
    out.certfile = text_in(list, "certfile");
    out.keyfile = text_in(list, "keyfile");
    out.password = text_in(list, "password");
    // Of several the first, as a client of TLS prefers it.
    const Term *all = value_of(list, "certs_keys");
    if (!out.certfile.empty() || all == nullptr) return;
    for (const Term &one : all->elements) {
        out.certfile = text_in(one, "certfile");
        out.keyfile = text_in(one, "keyfile");
        out.password = text_in(one, "password");
        if (!out.certfile.empty()) return;
    }
}

void versions_of(const Term &list, SslDistOptions &out) {
    const Term *versions = value_of(list, "versions");
    if (versions == nullptr) return;
    for (const Term &one : versions->elements) {
        const std::uint32_t version = one.is_atom("tlsv1.2") ? tls_1_2 : one.is_atom("tlsv1.3") ? tls_1_3 : 0;
        if (version == 0) continue;
        out.min_version = out.min_version == 0 ? version : std::min(out.min_version, version);
        out.max_version = std::max(out.max_version, version);
    }
}

} // namespace

SslDistOptions parse_ssl_dist_optfile(std::string_view text) {
    SslDistOptions out;
    const erlang_terms::TermFile file = erlang_terms::parse_term_file(text);
    out.fault = file.fault;
    if (!out.fault.empty()) return out;
    if (file.terms.size() != 1 || file.terms[0].kind != Term::Kind::list) {
        out.fault = "expected one list, [{server, Options}, {client, Options}]";
        return out;
    }
    static const Term none{.kind = Term::Kind::list, .text = {}, .integer = 0, .elements = {}};
    const Term *client = value_of(file.terms[0], "client"), *server = value_of(file.terms[0], "server");
    if (client == nullptr) client = &none;
    if (server == nullptr) server = &none;
    identity_of(*client, out);
    if (out.certfile.empty()) identity_of(*server, out);
    out.cacertfile = text_in(*client, "cacertfile");
    const Term *verify = value_of(*client, "verify");
    if (verify != nullptr && verify->is_atom("verify_none")) out.verify = false;
    if (verify != nullptr && verify->is_atom("verify_peer")) out.verify = true;
    if (out.cacertfile.empty() && out.verify != false) out.cacertfile = text_in(*server, "cacertfile");
    versions_of(*client, out);
    for (const char *key : {"cacerts", "cert", "key", "verify_fun", "crl_check", "customize_hostname_check", "partial_chain"})
        if (value_of(*client, key) != nullptr) out.passed_over.emplace_back(key);
    return out;
}

} // namespace kith::erlang
