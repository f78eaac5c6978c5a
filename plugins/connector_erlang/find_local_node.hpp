// SPDX-License-Identifier: MIT
//
// Finds the local node: its name and its port.
#pragma once

#include "epmd_client.hpp"
#include "settings.hpp"

#include <kith/env.hpp>
#include <kith/file.hpp>

#include <string>

namespace kith::erlang {

/// Environment variables that are looked at.
inline constexpr std::string_view variables_read[] = {
    "RELEASE_NODE",    "RELEASE_COOKIE",  "CREDENTIALS_DIRECTORY", "ERL_EPMD_PORT", "HOME",
    "XDG_CONFIG_HOME", "RELEASE_VM_ARGS", "VMARGS_PATH",           "RELEASE_ROOT",  "RELEASE_VSN"};

struct LocalNode {
    std::string name; // as far as it is known: in full, or the part before the @
    Endpoint place;
    std::string by;            // the source of the port: "as EPMD on 10.0.0.7:4369 says"
    std::uint16_t highest = 0; // version of the handshake, as EPMD has it; 0: it was not asked
};

/// The port at which every EPMD listens; throws kith::error for a bad ERL_EPMD_PORT.
std::uint16_t epmd_port(const Settings &settings, const env &environment);

/// The option, else RELEASE_NODE, else the only node that the local EPMD lists. Its port: the option, else the vm.args of the release,
/// else EPMD. Each way to fail has its text; KITH_UNSUPPORTED: a node that cannot be entered, whatever is tried.
task<result<LocalNode>> find_local_node(const tcp &net, const file &files, const env &environment, const Settings &settings,
                                        std::chrono::nanoseconds step);

} // namespace kith::erlang
