// SPDX-License-Identifier: MIT
#include "call_trace.hpp"

#include <sdk/messages/call_stubs.hpp>
#include <sdk/messages/one_way.hpp>

#include <span>
#include <string_view>

namespace kith::isolation {

namespace {

using Names = std::span<const std::string_view>;

constexpr std::string_view life[] = {"create", "start", "stop", "destroy", "service"};

// The functions of each plugin's table, in its order.
constexpr std::string_view clock_calls[] = {"jumped"}, connector_calls[] = {"connect", "disconnect", "cancel", "refresh"},
                           discovery_calls[] = {"refresh"}, dns_calls[] = {"answered"},
                           file_calls[] = {"read", "written", "changed"}, http_calls[] = {"opened", "responded", "read"},
                           loop_calls[] = {"posted"}, members_calls[] = {"page"}, node_calls[] = {"changed"},
                           process_calls[] = {"started", "read", "written", "ended"}, sink_calls[] = {"events"},
                           spool_calls[] = {"appended", "read", "acknowledged"}, state_calls[] = {"loaded", "saved"},
                           tcp_calls[] = {"connected", "listening", "accepted", "read", "written"}, timer_calls[] = {"fired"},
                           tls_calls[] = {"opened", "secured"}, udp_calls[] = {"bound", "membership", "received", "sent"};

struct Service {
    std::string_view name;
    Names calls;
};

constexpr Service known[] = {{"clock", clock_calls},
                             {"connector", connector_calls},
                             {"discovery", discovery_calls},
                             {"dns", dns_calls},
                             {"file", file_calls},
                             {"http", http_calls},
                             {"loop", loop_calls},
                             {"members", members_calls},
                             {"node", node_calls},
                             {"process", process_calls},
                             {"sink", sink_calls},
                             {"spool", spool_calls},
                             {"state", state_calls},
                             {"tcp", tcp_calls},
                             {"timer", timer_calls},
                             {"tls", tls_calls},
                             {"udp", udp_calls}};

} // namespace

std::string name_of_call(std::uint32_t call) {
    if (call >> 16 != 1) return {};
    const std::size_t table = call >> 8 & 0xff, function = call & 0xff;
    if (table == messages::life_table) return function < std::size(life) ? std::string(life[function]) : std::string();
    if (table >= messages::services().size()) return {};
    const std::string_view id = messages::services()[table].id; // such as kith.tcp/1
    const std::string_view name = id.substr(5, id.find('/') - 5);
    for (const Service &service : known) {
        if (service.name != name) continue;
        const std::string start = std::string(name) + '.';
        return start + (function < service.calls.size() ? std::string(service.calls[function]) : "completion");
    }
    return {};
}

} // namespace kith::isolation
