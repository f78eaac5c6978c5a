// SPDX-License-Identifier: MIT
//
// HTTP/1.1 requests out of bytes (Boost.Beast), one after another, within bounds. Knows no socket.
#pragma once

#include <host/api/handler_interface.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace kith::app {

class RequestReader {
  public:
    enum class State : std::uint8_t {
        idle,     ///< not a byte of a request
        partial,  ///< more bytes are needed
        complete, ///< request() holds it
        failed,   ///< see fault(); nothing more is read
    };

    /// more: the limit for the body of a request, by its head, which is asked once for each; may be empty. Only a body whose Content-Length
    /// is known may have more than body_limit.
    using Limit = std::function<std::size_t(const ApiRequest &head, std::size_t length)>;
    RequestReader(std::size_t head_limit, std::size_t body_limit, Limit more = {});
    ~RequestReader();
    RequestReader(const RequestReader &) = delete;
    RequestReader &operator=(const RequestReader &) = delete;

    /// Bytes behind those that came before; in the state complete they wait for next(), and the caller feeds no more than a few KiB.
    State feed(std::string_view bytes);
    State state() const { return state_; }
    /// Complete: its parts, valid until next(). The right is the caller's to fill in.
    ApiRequest request() const;
    /// Complete: whether the connection stays open after the answer.
    bool keep_alive() const;
    /// Complete: it is a HEAD, whose answer has no body.
    bool head_only() const;
    ApiFault fault() const { return fault_; }
    /// Complete: goes on with what was fed behind it.
    State next();

  private:
    struct Parts;
    State parse();
    State fail(ApiFault fault);
    bool body_fits();

    std::size_t head_limit_, body_limit_;
    Limit more_;
    std::string buffer_; // not parsed yet
    std::unique_ptr<Parts> parts_;
    State state_ = State::idle;
    ApiFault fault_ = ApiFault::malformed;
};

} // namespace kith::app
