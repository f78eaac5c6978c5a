// SPDX-License-Identifier: MIT
//
// Where the socket of the API is: for the daemon that makes it, and for the commands that look for it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::app {

using Environment = std::function<std::optional<std::string>(const char *name)>;

struct SocketPath {
    std::string path;            ///< empty: there is no place for one
    bool make_directory = false; ///< it may be made when it is missing
};

/// name: of this kith. $RUNTIME_DIRECTORY/kith.sock, else for root /run/kith/NAME.sock, else $XDG_RUNTIME_DIR/kith/NAME.sock.
SocketPath default_socket(std::string_view name, const Environment &environment, bool root);

/// The name of a kith whose configuration gives none: the stem of the file, in letters, digits, `_`, `-` and `.`.
std::string name_of_file(std::string_view file);

/// The directories, and one below each, in which a daemon's socket can be, in the order they are looked at.
std::vector<std::string> socket_directories(const Environment &environment);

/// Sockets that stand in these directories and are named *.sock, sorted, each once.
std::vector<std::string> sockets_in(const std::vector<std::string> &directories);

/// getenv, without empty values.
std::optional<std::string> environment_variable(const char *name);

} // namespace kith::app
