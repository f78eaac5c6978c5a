// SPDX-License-Identifier: MIT
#include "mesh.hpp"

#include <kith/base64.hpp>
#include <kith/utf8.h>

#include <boost/json/parse.hpp>

#include <iostream>
#include <iterator>

namespace kith::app {

namespace {

// One line for people: from whom, on which channel, what; bytes that are no text as base64.
std::string message_line(const boost::json::value &message) {
    if (text_at(message, "kind") == "message.lost")
        return std::to_string(number_at(message, "lost")) + " messages were lost: this reader was too slow";
    std::string data = base64_decode(text_at(message, "data")).value_or(std::string());
    while (data.ends_with('\n')) data.pop_back();
    const std::string from = text_at(message, "from");
    return (is_printable(from) ? from : "a member with an odd name") + "  " + text_at(message, "channel") +
           (flag_at(message, "broadcast") ? "  to all  " : "  ") +
           (is_printable(data) ? data : "base64 " + text_at(message, "data"));
}

} // namespace

// Control characters of other members must not reach a terminal; those of two bytes (U+0080 to U+009F) begin with 0xc2.
bool is_printable(const std::string &text) {
    if (kith_is_utf8({text.data(), text.size()}) == 0) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f) return false;
        if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return false;
    }
    return true;
}

std::optional<std::string> connector_to_ask(Ask &ask, const std::string &command, const std::string &given, int &status) {
    if (!given.empty()) return given;
    const auto answer = ask.get_json("/v1/connectors");
    status = ask.status();
    if (!answer) return std::nullopt;
    std::vector<std::string> all, meshes;
    for (const auto &one : list_at(*answer, "connectors")) {
        all.push_back(text_at(one, "name"));
        if (text_at(one, "plugin") == "mesh") meshes.push_back(all.back());
    }
    if (meshes.size() == 1) return meshes.front();
    if (meshes.empty() && all.size() == 1) return all.front();
    std::string names;
    for (const auto &one : all) names += (names.empty() ? "" : ", ") + one;
    status = usage_error(command, "which connector? name it; there are: " + (names.empty() ? "none" : names));
    return std::nullopt;
}

int mesh_send(Ask &ask, const std::string &connector, const std::vector<std::string> &words, const std::string &to) {
    if (words.empty() || words.size() > 2)
        return usage_error("mesh send", "a channel is expected, and a text unless it comes from the standard input");
    const std::string data = words.size() == 2 ? words[1] : std::string(std::istreambuf_iterator<char>(std::cin), {});
    ask.wait_for(answer_bound);
    const auto answer = ask.post("/v1/messages/" + url_encoded(connector) + "?channel=" + url_encoded(words[0]) +
                                     (to.empty() ? std::string() : "&to=" + url_encoded(to)),
                                 data);
    if (!answer) return ask.status();
    std::cout << (ask.json() ? *answer : "sent to " + (to.empty() ? std::string("all members") : to)) << '\n';
    return exit_ok;
}

int mesh_listen(Ask &ask, const std::string &connector, const std::vector<std::string> &words) {
    if (words.size() > 1) return usage_error("mesh listen", "at most one channel is expected");
    const std::string target =
        "/v1/messages/" + url_encoded(connector) + (words.empty() ? std::string() : "?channel=" + url_encoded(words[0]));
    const int ended = ask.follow(target, [&](std::string_view line) {
        boost::system::error_code error;
        const auto message = boost::json::parse(boost::json::string_view(line.data(), line.size()), error);
        std::cout << (ask.json() || error ? std::string(line) : message_line(message)) << std::endl;
        return static_cast<bool>(std::cout);
    });
    if (ended != exit_ok || !std::cout) return ended;
    std::cerr << "kith mesh listen: the daemon ended the stream\n";
    return exit_unreachable;
}

} // namespace kith::app
