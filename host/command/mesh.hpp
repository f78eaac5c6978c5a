// SPDX-License-Identifier: MIT
//
// The parts of `kith mesh`. Each gets the words after its name, and returns an exit status.
#pragma once

#include "ask.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace kith::app {

/// How long the daemon's answer to a message may take to begin: it waits 5 s for the connector.
inline constexpr auto answer_bound = std::chrono::seconds(8);

/// mesh certs NAME...: an authority of one's own, and a certificate for each member, in `directory`.
int mesh_certs(const std::vector<std::string> &names, const std::string &cluster, const std::string &directory, bool renew);

/// mesh key: a new shared key on standard output.
int mesh_key();

/// mesh send CHANNEL [TEXT], without TEXT from standard input. to: empty: all members.
int mesh_send(Ask &ask, const std::string &connector, const std::vector<std::string> &words, const std::string &to);

/// mesh listen [CHANNEL].
int mesh_listen(Ask &ask, const std::string &connector, const std::vector<std::string> &words);

/// mesh keys: which member accepts and uses which key.
int mesh_keys(Ask &ask, const std::string &connector, const std::vector<std::string> &words);

/// Text that may be shown on a terminal: UTF-8 without control characters.
bool is_printable(const std::string &text);

/// The connector by that name, or the only one that there is; nothing: it was reported, with ask.status() or exit_usage in `status`.
std::optional<std::string> connector_to_ask(Ask &ask, const std::string &command, const std::string &given, int &status);

} // namespace kith::app
