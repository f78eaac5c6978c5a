// SPDX-License-Identifier: MIT
#include "settings.hpp"

#include "application/erlang_program.hpp"

namespace kith::erlang {

namespace {

TlsOptions read_tls(const options &from) {
    TlsOptions out;
    out.wanted = from.has("/tls");
    const auto text = [&from](const char *path) { return from.has(path) ? std::string(from.text(path)) : std::string(); };
    out.optfile = text("/tls/optfile");
    out.cacertfile = text("/tls/cacertfile");
    out.certfile = text("/tls/certfile");
    out.keyfile = text("/tls/keyfile");
    out.password = text("/tls/password");
    if (const std::string verify = text("/tls/verify"); !verify.empty()) out.verify = verify == "verify_peer";
    if (from.has("/tls/verify_name")) out.verify_name = from.flag("/tls/verify_name");
    if (const std::string version = text("/tls/min_version"); !version.empty())
        out.min_version = version == "1.3" ? KITH_TLS_1_3 : KITH_TLS_1_2;
    if (out.wanted && out.optfile.empty() && out.cacertfile.empty() && out.verify.value_or(true))
        throw error(KITH_INVALID,
                    "option tls names no authorities by which a node could be known: expected cacertfile or optfile, or "
                    "verify_none in verify to take any certificate");
    if (out.certfile.empty() && !out.keyfile.empty())
        throw error(KITH_INVALID, "option tls.keyfile is set and tls.certfile is not: expected both, or none");
    return out;
}

// An application has functions of its own in place of connect, disconnect and list_nodes.
void read_application(const options &from, Settings &settings) {
    settings.application = find_application(from.text("/application"));
    settings.allow_reset = from.flag("/allow_reset");
    if (settings.application == nullptr) return;
    const auto usual = [](const Mfa &mfa, std::string_view module, std::string_view function) {
        return mfa.is(module, function) && mfa.places.empty();
    };
    if (!usual(settings.connect, "net_kernel", "connect_node") || !usual(settings.disconnect, "erlang", "disconnect_node") ||
        settings.custom_list)
        throw error(KITH_INVALID,
                    "option application is " + std::string(settings.application->id) +
                        ", which brings its own functions: expected no connect, disconnect or list_nodes beside it");
    settings.list_nodes = {};
    settings.list_nodes.module = program_module;
    settings.list_nodes.function = program_function;
    settings.list_nodes.label = "the list of members of " + std::string(settings.application->name);
    settings.list_nodes.whole_list = program_arguments(std::string(settings.application->links) + '.', {});
    settings.custom_list = true;
}

} // namespace

Settings read_settings(const options &from) {
    Settings settings;
    settings.node = from.text("/node");
    settings.address = from.text("/address");
    settings.port = static_cast<std::uint16_t>(from.integer("/port"));
    settings.epmd_port = static_cast<std::uint16_t>(from.integer("/epmd_port"));
    settings.cookie = Cookie(from.text("/cookie"));
    settings.cookie_file = from.text("/cookie_file");
    settings.connect = read_mfa(from, "/connect", true);
    settings.disconnect = read_mfa(from, "/disconnect", true);
    settings.list_nodes = read_mfa(from, "/list_nodes", false);
    settings.custom_list = !settings.list_nodes.is("erlang", "nodes");
    read_application(from, settings);
    for (const std::string_view pattern : from.texts("/ignore")) settings.ignore.emplace_back(pattern);
    settings.tls = read_tls(from);
    settings.reconcile_interval = from.milliseconds("/reconcile_interval");
    settings.poll_interval = from.milliseconds("/poll_interval");
    settings.call_timeout = from.milliseconds("/call_timeout");
    settings.max_frame = static_cast<std::size_t>(from.integer("/max_frame"));

    if (from.type("/peer_cookies") == KITH_JSON_STRING) {
        settings.any_peer_cookie = Cookie(from.text("/peer_cookies"));
    } else {
        const auto count = from.size("/peer_cookies");
        for (std::uint64_t i = 0; i < count; ++i) {
            const std::string name(from.member("/peer_cookies", i));
            Cookie cookie(from.text(member_pointer("/peer_cookies", name)));
            if (name == "*")
                settings.any_peer_cookie = std::move(cookie);
            else
                settings.peer_cookies.emplace(name, std::move(cookie));
        }
    }
    return settings;
}

PairCookie cookie_of_pair(const Settings &settings, const std::string &node, const std::string &peer) {
    const auto of_peer = settings.peer_cookies.find(peer);
    const auto of_node = settings.peer_cookies.find(node);
    const bool peer_listed = of_peer != settings.peer_cookies.end();
    if (of_node != settings.peer_cookies.end() && node != peer)
        return {!peer_listed || node < peer ? &of_node->second : &of_peer->second, true};
    if (peer_listed) return {&of_peer->second, false};
    return {settings.any_peer_cookie.empty() ? nullptr : &settings.any_peer_cookie, false};
}

} // namespace kith::erlang
