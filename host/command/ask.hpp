// SPDX-License-Identifier: MIT
//
// How a command queries the running daemon: it finds the socket, sends one request, and reads the answer. Failures are printed on standard
// error with what to do, and come back as an exit status.
#pragma once

#include "command_line.hpp"

#include <core/file_descriptor.hpp>

#include <boost/json/value.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kith::app {

class Ask {
  public:
    /// Adds --socket and --json to the usage of a command.
    static void add_options(CommandLine &command_line);

    Ask(std::string command, const boost::program_options::variables_map &values);

    /// The body of a good answer; nothing when there is none, and then status() is what to exit with.
    std::optional<std::string> get(const std::string &target);
    std::optional<std::string> post(const std::string &target, const std::string &content = {});
    /// The answer may take that long to begin.
    void wait_for(std::chrono::seconds bound) { bound_ = bound; }
    /// The same, parsed.
    std::optional<boost::json::value> get_json(const std::string &target);
    /// The lines of a stream, as they come, until it ends or `line` returns false. Returns the exit status.
    int follow(const std::string &target, const std::function<bool(std::string_view line)> &line);
    /// The next streams end, well, when nothing has come for so long. opened: called when such a stream has begun.
    void while_followed(std::chrono::milliseconds quiet, std::function<void()> opened) {
        quiet_ = quiet;
        opened_ = std::move(opened);
    }

    /// The socket of the daemon that is asked; nothing when there is none, and then status() is what to exit with.
    std::optional<std::string> socket();

    bool json() const { return json_; }
    int status() const { return status_; }

  private:
    /// `connected`: the connection to that socket, when one was made to find it.
    bool find_socket(core::Fd &connected);
    std::optional<std::string> request(const std::string &method, const std::string &target, const std::string &accept,
                                       const std::string &content, const std::function<bool(std::string_view)> *on_body);
    bool refuse(int status, const std::string &what, const std::string &remedy);

    std::string command_;
    std::string socket_;
    bool json_ = false;
    int status_ = exit_ok;
    std::chrono::seconds bound_{2};       // to the first byte of the answer
    std::chrono::milliseconds quiet_{-1}; // of a stream; negative: for ever
    std::function<void()> opened_;
};

/// A part of a path or a value of a query, percent-encoded.
std::string url_encoded(std::string_view text);

/// A member of a JSON object: text, or empty; a number, or 0; an array, or an empty one.
std::string text_at(const boost::json::value &object, std::string_view name);
std::int64_t number_at(const boost::json::value &object, std::string_view name);
bool flag_at(const boost::json::value &object, std::string_view name);
const boost::json::array &list_at(const boost::json::value &object, std::string_view name);

} // namespace kith::app
