// SPDX-License-Identifier: MIT
//
// Bytes that a helper sends to kith: frames, and messages of an instance that declares every service.
#include "../../../sdk/messages/test/any_host.hpp"
#include "../child_link.hpp"

#include <sdk/messages/instance_proxy.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace kith;
    isolation::ChildLink link({.to_helper = 1 << 20, .to_kith = 1 << 20, .outbox = 1 << 20, .answer = 1});
    messages::test::AnyHost host;
    try {
        const std::string_view bytes(reinterpret_cast<const char *>(data), size);
        // In two pieces: the first byte is the place.
        const std::size_t cut = size == 0 ? 0 : data[0] % (size + 1);
        const auto take = [&](std::string_view message) { host.proxy.take(messages::open_message(message)); };
        link.received(bytes.substr(0, cut), false, 0, take);
        link.received(bytes.substr(cut), false, 0, take);
    } catch (const std::exception &) { // the helper is ended
    }
    return 0;
}
