// SPDX-License-Identifier: MIT
//
// The daemon's answer to a command, out of bytes: HTTP/1.1, its body with a length or until the end of the connection. Knows no socket.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace kith::app {

class ResponseReader {
  public:
    static constexpr std::size_t head_limit = 16'384;

    /// False when this is no answer of an HTTP server; nothing is read any more then.
    bool feed(std::string_view bytes);
    /// The connection has ended. False when it should not have yet.
    bool end();
    bool head_done() const { return head_done_; }
    bool complete() const { return head_done_ && length_ && taken_ >= *length_; }
    unsigned status() const { return status_; }
    /// What has come of the body since the last call.
    std::string take_body();

  private:
    bool read_head();
    std::string buffer_;
    std::optional<std::size_t> length_; // nothing: until the end
    std::size_t taken_ = 0;             // bytes of the body that have come
    unsigned status_ = 0;
    bool head_done_ = false;
};

} // namespace kith::app
