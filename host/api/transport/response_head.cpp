// SPDX-License-Identifier: MIT
#include "response_head.hpp"

#include <boost/beast/http/status.hpp>

namespace kith::app {

std::string response_head(const ApiAnswer &answer, std::optional<std::size_t> length, bool keep_alive) {
    const auto phrase = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(answer.status));
    std::string head = "HTTP/1.1 " + std::to_string(answer.status) + ' ';
    head.append(phrase.data(), phrase.size());
    head.append("\r\nContent-Type: ").append(answer.content_type);
    if (length) head += "\r\nContent-Length: " + std::to_string(*length);
    head += "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
    head += answer.fields;
    if (!keep_alive) head += "Connection: close\r\n";
    head += "\r\n";
    return head;
}

} // namespace kith::app
