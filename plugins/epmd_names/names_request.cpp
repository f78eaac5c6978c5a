// SPDX-License-Identifier: MIT
#include "names_request.hpp"

#include <algorithm>
#include <array>

namespace epmd_names {
namespace {

using std::chrono::nanoseconds;

kith::error unreachable(kith::error why, const Endpoint &endpoint) {
    switch (why.status) {
    case KITH_REFUSED: why.text = "the connection to EPMD on " + endpoint.text() + " is refused"; break;
    case KITH_UNRESOLVED: { // the text of a real host continues with the resolver's error
        const std::string sentence = "the host name " + endpoint.host + " does not resolve";
        if (!why.text.starts_with(sentence)) why.text = sentence;
        break;
    }
    case KITH_TIMED_OUT: why.text = "no connection to EPMD on " + endpoint.text() + " in time"; break;
    default: why.text = "EPMD on " + endpoint.text() + " cannot be reached: " + why.text; break;
    }
    return why;
}

kith::error broken(kith::error why, const Endpoint &endpoint, bool mute) {
    const std::string it = "the program on " + endpoint.text(); // EPMD, or another program
    switch (why.status) {
    case KITH_TIMED_OUT:
        why.text = it + (mute ? " accepts connections but does not reply" : " did not complete its reply in time");
        break;
    case KITH_RESET: why.text = "the connection to EPMD on " + endpoint.text() + " was reset"; break;
    default: why.text = "the connection to EPMD on " + endpoint.text() + ": " + why.text; break;
    }
    return why;
}

} // namespace

std::string Endpoint::text() const {
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

kith::task<kith::result<Reply>> request_names(const kith::tcp &net, const kith::clock &clock, Endpoint endpoint,
                                              nanoseconds timeout) {
    const nanoseconds end = clock.monotonic() + timeout;
    auto stream = co_await net.connect(endpoint.host, endpoint.port, timeout);
    if (!stream) co_return unreachable(std::move(stream).error(), endpoint);

    auto failure = kith::error(KITH_OK, std::string());
    std::string bytes;
    // A timeout of 0 would mean no timeout.
    const auto left = [&] { return std::max<nanoseconds>(end - clock.monotonic(), nanoseconds(1)); };
    if (auto sent = co_await stream->write(request(), left()); !sent) failure = std::move(sent).error();
    for (std::array<std::byte, 4096> buffer; failure.status == KITH_OK && bytes.size() <= max_reply;) {
        const auto got = co_await stream->read(buffer, left());
        if (got) {
            bytes.append(reinterpret_cast<const char *>(buffer.data()), *got);
        } else if (got.status() == KITH_CLOSED) {
            break;
        } else {
            failure = got.error();
        }
    }
    if (failure.status != KITH_OK) co_return broken(std::move(failure), endpoint, bytes.empty());

    auto reply = parse_reply(bytes);
    if (!reply)
        co_return kith::error(reply.status(),
                              "the program on " + endpoint.text() + " does not reply as an EPMD does: " + reply.error().text);
    co_return reply;
}

} // namespace epmd_names
