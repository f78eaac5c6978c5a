// SPDX-License-Identifier: MIT
//
// Parses from the vm.args file of a release whether the node listens for the distribution, and at which port.
#pragma once

#include <cstdint>
#include <string_view>

namespace kith::erlang {

struct VmArgsListening {
    /// At which the node listens, and at which it looks for every peer: -erl_epmd_port, or kernel's erl_epmd_node_listen_port.
    std::uint16_t epmd_port = 0;
    /// At which it listens: the same, or kernel's inet_dist_listen_min where inet_dist_listen_max is equal. 0: any, registered in EPMD.
    std::uint16_t port = 0;
    bool listens = true; // -dist_listen false
    /// -name undefined, -sname undefined: the node gets its name from the first one that it connects to, and does not listen.
    bool dynamic_name = false;
};

/// What is not understood is passed over: the file has much more in it. The last value of an argument counts.
VmArgsListening parse_vm_args_listening(std::string_view text) noexcept;

} // namespace kith::erlang
