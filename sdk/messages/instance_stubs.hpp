// SPDX-License-Identifier: MIT
//
// The tables of services as the plugin sees them in its own process, and the way from a message to a function of the plugin.
#pragma once

#include <sdk/messages/isolated_instance.hpp>

#include <deque>

namespace kith::messages {

struct InstanceStubs {
    static void fill(kith_host &host);
    /// Requests the plugin's side of each service; reports not_created when one that its kind must have is missing.
    static void ask_sides(IsolatedInstance &instance);
    static void call_plugin(IsolatedInstance &instance, const OpenedMessage &message);
    static void deliver(IsolatedInstance &instance, const std::deque<std::uint64_t> &posts);

    template <std::uint8_t table, std::uint8_t function, auto Member>
    struct Stub;
    template <auto Member>
    struct Decision;
    struct EndOfHostOperation;
    template <auto change>
    struct ChangeOfMetric;
    struct Close;
    template <auto write>
    struct Shutdown;
    struct Local;
    template <std::uint8_t table, std::uint8_t function, auto Member>
    struct ToPlugin;
};

} // namespace kith::messages
