// SPDX-License-Identifier: MIT
//
// Any bytes as frames from a connected node, while calls are under way and a relay runs. A frame is two bytes of length and its bytes.
#include "control.hpp"
#include "erpc.hpp"
#include "node_event_relay.hpp"

#include "big_endian.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace kith::erlang;

namespace {

// Four calls, two of them waiting, and a relay.
struct Begun {
    Begun() {
        std::string out;
        std::string arguments;
        etf::Writer(arguments).nil();
        for (int i = 0; i < 4; ++i) last = calls.begin(out, "m", "f", arguments);
        relay.start(out);
    }
    Calls calls{{"k@h", 1, 0, 7}, 2};
    Relay relay{{"k@h", 1, 0, 7}};
    Calls::Id last = 0;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    static const Begun begun;
    std::string_view bytes(reinterpret_cast<const char *>(data), size);
    Calls calls = begun.calls;
    Relay relay = begun.relay;
    std::string out;
    std::size_t answers = 0;
    while (bytes.size() >= 2) {
        const std::size_t length = read_u16(bytes);
        const std::string_view frame = bytes.substr(2, length);
        bytes.remove_prefix(2 + frame.size());
        const control::Parsed parsed = control::parse(frame);
        if (!parsed) continue;
        if (parsed.message.size > control::Message::max_fields) std::abort();
        if (calls.take(parsed.message, out)) ++answers;
        (void)relay.take(parsed.message, out);
        if (frame.size() % 7 == 0) calls.give_up(begun.last, out);
    }
    if (answers + calls.outstanding() > 4) std::abort();
    return 0;
}
