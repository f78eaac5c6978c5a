// SPDX-License-Identifier: MIT
#pragma once

#include "node_session.hpp"

#include <chrono>
#include <string>

namespace kith::erlang {

/// Empty, or why a node that runs with -proto_dist inet_tls connects to no peer because of its own TLS options. It does not report this itself:
/// since OTP 26 its client wants to verify, and without authorities it gives up in silence.
task<std::string> fault_of_tls_options(Session &session, std::chrono::nanoseconds timeout);

} // namespace kith::erlang
