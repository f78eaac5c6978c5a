// SPDX-License-Identifier: MIT
//
// The Unix socket: its file, which is made anew when it is removed, and who may do what there.
#pragma once

#include <host/api/handler_interface.hpp>

#include <memory>
#include <string>

namespace kith::app {

/// Null, and why, when the socket cannot be made.
std::unique_ptr<ApiServer> make_api_server(boost::asio::io_context &io, ApiHandler &handler, ApiListen listen,
                                           std::string &why);

} // namespace kith::app
