// SPDX-License-Identifier: MIT
#include "ask.hpp"

#include <algorithm>
#include <array>

namespace epmd_names {
namespace {

using std::chrono::nanoseconds;

kith::error unreachable(kith::error why, const Place &place) {
    switch (why.status) {
    case KITH_REFUSED: why.text = "no EPMD listens on " + place.text(); break;
    case KITH_UNRESOLVED: why.text = "the host name " + place.host + " does not resolve"; break;
    case KITH_TIMED_OUT: why.text = "nothing answers on " + place.text() + ", where its EPMD should be"; break;
    default: why.text = "EPMD on " + place.text() + " cannot be reached: " + why.text; break;
    }
    return why;
}

kith::error broken(kith::error why, const Place &place, bool mute) {
    const std::string epmd = "EPMD on " + place.text();
    switch (why.status) {
    case KITH_TIMED_OUT:
        why.text = epmd + (mute ? " accepts connections and stays mute" : " began a reply and did not end it in time");
        break;
    case KITH_RESET: why.text = epmd + " broke the connection"; break;
    default: why.text = epmd + ": " + why.text; break;
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
    if (!reply) co_return kith::error(reply.status(), "what answers on " + place.text() + " is no EPMD: " + reply.error().text);
    co_return reply;
}

} // namespace epmd_names
