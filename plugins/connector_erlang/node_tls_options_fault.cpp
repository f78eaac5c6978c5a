// SPDX-License-Identifier: MIT
#include "node_tls_options_fault.hpp"

#include "mfa.hpp"

#include <charconv>

namespace kith::erlang {
namespace {

constexpr int first_that_verifies = 26;

// {Key, Value} in a proper list of options.
bool has_option(etf::TermView list, std::string_view key, std::string_view value = {}) {
    if (list.kind() != etf::Kind::list) return false;
    etf::Elements elements = list.elements();
    while (elements.left() != 0) {
        const etf::TermView one = elements.next();
        if (!one.is_tuple(2)) continue;
        etf::Elements pair = one.elements();
        if (!pair.next().is_atom(key)) continue;
        if (value.empty() || pair.next().is_atom(value)) return true;
    }
    return false;
}

// Of -ssl_dist_optfile, as ssl_dist_sup keeps it: [{client, Options}].
bool is_enough(etf::TermView rows) {
    if (rows.kind() != etf::Kind::list) return false;
    etf::Elements elements = rows.elements();
    while (elements.left() != 0) {
        const etf::TermView row = elements.next();
        if (!row.is_tuple(2)) continue;
        etf::Elements pair = row.elements();
        pair.next();
        const etf::TermView options = pair.next();
        if (has_option(options, "cacertfile") || has_option(options, "cacerts") || has_option(options, "verify", "verify_none"))
            return true;
    }
    return false;
}

// Of -ssl_dist_opt client_cacertfile ..., as init:get_argument/1 has it.
bool names_client_option(std::string_view text) {
    return text.find("client_cacertfile") != std::string_view::npos || text.find("client_verify") != std::string_view::npos;
}

} // namespace

task<std::string> fault_of_tls_options(Session &session, std::chrono::nanoseconds timeout) {
    auto release = co_await session.call("erlang", "system_info", atom_list("otp_release"), timeout);
    if (!release || !release->returned) co_return std::string();
    const auto text = release->term().bytes();
    int number = 0;
    if (text) std::from_chars(text->data(), text->data() + text->size(), number);
    if (number < first_that_verifies) co_return std::string();
    auto options = co_await session.call("ets", "lookup", atom_list("ssl_dist_opts", "client"), timeout);
    auto arguments = co_await session.call("init", "get_argument", atom_list("ssl_dist_opt"), timeout);
    if (!arguments || !arguments->returned || names_client_option(arguments->text)) co_return std::string();
    // Without an optfile there is no table.
    if (!options || (options->returned && is_enough(options->term()))) co_return std::string();
    co_return "the TLS options of " + session.node().name +
        " name no authorities for connections that it makes itself (client, cacertfile), so since OTP 26 it connects to "
        "nobody, "
        "and logs nothing: give its client a cacertfile, or {verify, verify_none}";
}

} // namespace kith::erlang
