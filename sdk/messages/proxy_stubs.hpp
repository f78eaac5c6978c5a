// SPDX-License-Identifier: MIT
//
// The plugin's tables as the host sees them, and the way from a message to a function of the host.
#pragma once

#include <sdk/messages/instance_proxy.hpp>

namespace kith::messages {

struct ProxyStubs {
    /// Null: the host does not call such a table.
    static const void *plugin_table(std::uint8_t number);
    static void call_host(InstanceProxy &proxy, const OpenedMessage &message);

    template <std::uint8_t table, std::uint8_t function, auto Member>
    struct Stub;
    template <auto Member>
    struct ToHost;
};

} // namespace kith::messages
