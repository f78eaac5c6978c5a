// SPDX-License-Identifier: MIT
#include "request_head_writer.hpp"

namespace kith::app {

std::string request_head(const HttpRequest &request, const HttpSettings &settings) {
    // A proxy gets the whole URL, except inside a tunnel.
    const bool whole = settings.proxy.has_value() && !request.url.secure;
    const std::string host = request.url.authority();
    std::string out = request.method + ' ';
    if (whole) out += "http://" + host;
    out += request.url.target + " HTTP/1.1\r\nHost: " + host + "\r\n";
    bool named = false;
    for (const auto &[name, value] : request.fields) {
        out.append(name).append(": ").append(value).append("\r\n");
        named = named || same_field(name, "User-Agent");
    }
    if (!named) out += "User-Agent: kith\r\n";
    const bool may_have_body = request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
    if (may_have_body || !request.body.empty()) out += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
    if (settings.has(KITH_HTTP_NO_KEEP_ALIVE)) out += "Connection: close\r\n";
    return out + "\r\n";
}

} // namespace kith::app
