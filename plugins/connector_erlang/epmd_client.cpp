// SPDX-License-Identifier: MIT
#include "epmd_client.hpp"

#include <array>
#include <string_view>

namespace kith::erlang {
namespace {

// Reads EPMD's reply until it closes the connection, or until `enough` returns true.
task<result<std::string>> ask(const tcp &net, Endpoint epmd, std::string request, std::chrono::nanoseconds step,
                              bool (*enough)(std::string_view)) {
    auto stream = co_await net.connect(epmd.address, epmd.port, step);
    if (!stream) {
        error why = std::move(stream).error();
        switch (why.status) {
        case KITH_REFUSED: why.text = "no EPMD listens on " + epmd.text(); break;
        case KITH_UNRESOLVED: why.text = "the host name " + epmd.address + " does not resolve"; break;
        case KITH_TIMED_OUT: why.text = "nothing answers on " + epmd.text() + ", where its EPMD should be"; break;
        default: why.text = "EPMD on " + epmd.text() + " cannot be reached: " + why.text; break;
        }
        co_return why;
    }
    if (auto sent = co_await stream->write(request, step); !sent)
        co_return error(sent.status(), "EPMD on " + epmd.text() + " broke the connection");
    std::string answer;
    std::array<std::byte, 4096> buffer;
    for (;;) {
        auto got = co_await stream->read(buffer, step);
        if (!got && got.status() == KITH_CLOSED) co_return answer;
        if (!got && got.status() == KITH_TIMED_OUT)
            co_return error(KITH_TIMED_OUT, "EPMD on " + epmd.text() + " accepts connections and sends nothing");
        if (!got) co_return error(got.status(), "EPMD on " + epmd.text() + " broke the connection: " + got.error().text);
        answer.append(reinterpret_cast<const char *>(buffer.data()), *got);
        if (answer.size() > epmd::max_answer || enough(answer)) co_return answer;
    }
}

error no_epmd(const Endpoint &epmd) { return error(KITH_PROTOCOL, "the server on " + epmd.text() + " is not an EPMD"); }

} // namespace

std::string Endpoint::text() const {
    const bool v6 = address.find(':') != std::string::npos;
    return (v6 ? '[' + address + ']' : address) + ':' + std::to_string(port);
}

task<result<epmd::Port>> ask_port(const tcp &net, Endpoint epmd, std::string name, std::chrono::nanoseconds step) {
    if (name.empty()) // EPMD ends the connection without a word, as if it were none
        co_return error(KITH_INVALID,
                        "the part of the node's name before the @ is empty, so EPMD cannot be asked for its port");
    auto answer = co_await ask(net, epmd, epmd::port_please2(name), step, [](std::string_view bytes) {
        epmd::Port ignored;
        return epmd::read_port(bytes, false, ignored) != epmd::State::more;
    });
    if (!answer) co_return std::move(answer).error();
    epmd::Port port;
    switch (epmd::read_port(*answer, true, port)) {
    case epmd::State::done: co_return port;
    case epmd::State::unknown: co_return error(KITH_NOT_FOUND, "EPMD on " + epmd.text() + " does not know the name " + name);
    default: break;
    }
    co_return no_epmd(epmd);
}

task<result<std::vector<epmd::Name>>> ask_names(const tcp &net, Endpoint epmd, std::chrono::nanoseconds step) {
    auto answer = co_await ask(net, epmd, epmd::names(), step, [](std::string_view) { return false; });
    if (!answer) co_return std::move(answer).error();
    std::vector<epmd::Name> names;
    if (epmd::read_names(*answer, true, names) != epmd::State::done) co_return no_epmd(epmd);
    co_return names;
}

} // namespace kith::erlang
