// SPDX-License-Identifier: MIT
#include <core/config/api_address.hpp>
#include <core/config/api_settings_reader.hpp>
#include <core/config/json_member_or_default.hpp>
#include <core/config/source_location.hpp>

#include <algorithm>

namespace kith::core {

using namespace member_or_default;

namespace {

bool serves(const ApiListener &listener, std::string_view role) {
    return std::find(listener.serve.begin(), listener.serve.end(), role) != listener.serve.end();
}

void check_listener(const ApiSettings &api, const ApiListener &listener, const SourceLocation &location,
                    DiagnosticCollector &collector) {
    const auto address = location / "address", serve = location / "serve";
    const auto endpoint = parse_api_address(listener.address);
    if (!endpoint) {
        collector.error(
            address.at, address.path,
            "expected an IP address and a port from 1 to 65535, such as 127.0.0.1:9464 or [::1]:9464, got the string " +
                in_quotes(listener.address));
        return;
    }
    const bool read = serves(listener, "read"), control = serves(listener, "control"), messages = serves(listener, "messages");
    if (read && api.read_token.empty() && api.control_token.empty())
        collector.error(serve.at, serve.path, "\"read\" needs a token: set api.tokens.read, such as to \"${KITH_READ_TOKEN}\"");
    if (control && api.control_token.empty())
        collector.error(serve.at, serve.path,
                        "\"control\" needs a token: set api.tokens.control, such as to \"${KITH_CONTROL_TOKEN}\"");
    if (messages && api.messages_token.empty())
        collector.error(serve.at, serve.path,
                        "\"messages\" needs a token: set api.tokens.messages, such as to \"${KITH_MESSAGES_TOKEN}\"");
    if ((read || control || messages) && !listener.insecure && !listener.tls && !is_loopback(*endpoint))
        collector.error(serve.at, serve.path,
                        "\"read\", \"control\" and \"messages\" at " + listener.address +
                            ", which is no loopback address, would send the token and the answers unencrypted over the "
                            "network; set \"tls\" "
                            "here to a certificate and its key, or listen on 127.0.0.1 or [::1] with a reverse proxy in front "
                            "that does TLS, or "
                            "accept it by \"insecure\": true here");
}

std::optional<ApiTlsFiles> tls_files(const json::value &listener) {
    const auto *tls = member(listener, "tls");
    if (!tls) return std::nullopt;
    return ApiTlsFiles{text_in(*tls, "certificate"), text_in(*tls, "key"), text_in(*tls, "client_authorities")};
}

} // namespace

ApiSettings read_api_settings(const json::value &root, const SourceMap &source_map, DiagnosticCollector &collector) {
    ApiSettings out;
    const auto *api = member(root, "api");
    if (!api) return out;
    out.on = !api->is_bool();
    out.socket = text_in(*api, "socket");
    out.control_group = text_in(*api, "control_group");
    out.messages_group = text_in(*api, "messages_group");
    out.hosts = texts_in(*api, "hosts");
    const SourceLocation location = SourceLocation{&source_map, source_map.value_at, source_map.key_at, {}} / "api";
    if (const auto *tokens = member(*api, "tokens")) {
        out.read_token = text_in(*tokens, "read");
        out.control_token = text_in(*tokens, "control");
        out.messages_token = text_in(*tokens, "messages");
        if (!out.messages_token.empty() && (out.messages_token == out.read_token || out.messages_token == out.control_token)) {
            const auto at = location / "tokens" / "messages";
            collector.error(at.at, at.path,
                            "is equal to another token of api.tokens, so applications could do more than send messages; use "
                            "a token of its own");
        }
        if (!out.read_token.empty() && out.read_token == out.control_token) {
            const auto at = location / "tokens" / "read";
            collector.error(
                at.at, at.path,
                "is equal to api.tokens.control, so those who may read could change everything; use two tokens, or only "
                "api.tokens.control, which may read too");
        }
    }
    const auto *listen = member(*api, "listen");
    if (!listen || !listen->is_array()) return out;
    for (std::size_t i = 0; i < listen->get_array().size(); ++i) {
        const auto &value = listen->get_array()[i];
        ApiListener one{text_in(value, "address"), texts_in(value, "serve"), flag_in(value, "insecure", false),
                        tls_files(value)};
        const auto here = location / "listen" / i;
        check_listener(out, one, here, collector);
        const auto same = [&](const ApiListener &other) {
            return parse_api_address(other.address) == parse_api_address(one.address);
        };
        if (parse_api_address(one.address) && std::any_of(out.listen.begin(), out.listen.end(), same)) {
            const auto at = here / "address";
            collector.error(at.at, at.path, "this address is in api.listen twice; list all that it serves in one entry");
        }
        out.listen.push_back(std::move(one));
    }
    return out;
}

} // namespace kith::core
