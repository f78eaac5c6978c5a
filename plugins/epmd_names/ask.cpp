// SPDX-License-Identifier: MIT
#include "ask.hpp"

#include <algorithm>
#include <array>

namespace epmd_names {
namespace {

using std::chrono::nanoseconds;

kith::error unreachable(kith::error why, const Place &place) {
    switch (why.status) {
    case KITH_REFUSED: why.text = "the connection to EPMD on " + place.text() + " is refused"; break;
    case KITH_UNRESOLVED: { // the text of a real host goes on with what the resolver reported
        const std::string sentence = "the host name " + place.host + " does not resolve";
        if (!why.text.starts_with(sentence)) why.text = sentence;
        break;
    }
    case KITH_TIMED_OUT: why.text = "no connection to EPMD on " + place.text() + " in time"; break;
    default: why.text = "EPMD on " + place.text() + " cannot be reached: " + why.text; break;
    }
    return why;
}

kith::error broken(kith::error why, const Place &place, bool mute) {
    const std::string it = "what listens on " + place.text(); // EPMD, or something else
    switch (why.status) {
    case KITH_TIMED_OUT:
        why.text = it + (mute ? " accepts connections and stays mute" : " began a reply and did not end it in time");
        break;
    case KITH_RESET: why.text = "the connection to EPMD on " + place.text() + " was reset"; break;
    default: why.text = "the connection to EPMD on " + place.text() + ": " + why.text; break;
    }
    return why;
}

} // namespace

std::string Place::text() const {
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

kith::task<kith::result<Reply>> ask(const kith::tcp &net, const kith::clock &clock, Place place, nanoseconds patience) {
    const nanoseconds end = clock.monotonic() + patience;
    auto stream = co_await net.connect(place.host, place.port, patience);
    if (!stream) co_return unreachable(std::move(stream).error(), place);

    auto failure = kith::error(KITH_OK, std::string());
    std::string bytes;
    // A timeout of 0 would be none at all.
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
    if (failure.status != KITH_OK) co_return broken(std::move(failure), place, bytes.empty());

    auto reply = read_reply(bytes);
    if (!reply)
        co_return kith::error(reply.status(),
                              "what answers on " + place.text() + " does not reply as an EPMD does: " + reply.error().text);
    co_return reply;
}

} // namespace epmd_names
