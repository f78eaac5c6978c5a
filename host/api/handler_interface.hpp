// SPDX-License-Identifier: MIT
//
// The line between the two halves of the local API. The handler knows the routes and the state, and no socket. The server (transport/) has
// the sockets, HTTP by Boost.Beast, the limits on clients and their rights. All runs on the daemon's one loop.
#pragma once

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kith::app {

enum class Right : std::uint8_t {
    none,    ///< a client at a TCP address without a token
    read,    ///< at the Unix socket every client that can connect; at a TCP address one with a token
    control, ///< root, the daemon's user, the members of api.control_group; at a TCP address a token
};

/// What a TCP address serves, and to whom. The Unix socket serves everything.
struct ApiAccess {
    bool health = false, metrics = false;      ///< without a token
    bool read = false, control = false;        ///< with one
    std::string read_token{}, control_token{}; ///< empty: there is none
    std::vector<std::string> hosts{};          ///< names that Host may have
    bool messages = false;                     ///< with messages_token
    std::string messages_token{};

    bool operator==(const ApiAccess &) const = default;
};

/// One request, its head and body complete. Everything is borrowed for the call.
struct ApiRequest {
    std::string_view method;
    std::string_view target; ///< as it stands in the request line
    std::string_view host;
    std::string_view origin;
    std::string_view accept;
    std::string_view last_event_id;
    std::string_view authorization;
    std::string_view body;
    bool has_host = false;
    bool has_origin = false;
    Right right = Right::read;         ///< of a client at the Unix socket
    bool may_message = false;          ///< the same: whether it may send and follow messages of applications
    const ApiAccess *access = nullptr; ///< of a client at a TCP address
};

/// A body without an end: events.
class ApiStream {
  public:
    virtual ~ApiStream() = default;
    /// Appends what there is to `out`, until it holds `room` bytes or more. False: there will be nothing more.
    virtual bool fill(std::string &out, std::size_t room) = 0;
    /// What is sent when nothing else was for a while; may be empty.
    virtual std::string_view heartbeat() const = 0;
    /// It does not end by itself.
    virtual bool endless() const { return false; }
    /// `ready` is called, from the loop, when there is something again after a fill that left nothing.
    virtual void on_ready(std::function<void()> ready) = 0;
};

struct ApiAnswer;

/// An answer that comes later. Destroyed when nobody waits for it any more.
class ApiPending {
  public:
    static constexpr std::chrono::milliseconds bound{5'000};
    virtual ~ApiPending() = default;
    /// `ready` is called once, from the loop, or within this call.
    virtual void on_ready(std::function<void(ApiAnswer)> ready) = 0;
    /// `bound` is over: the answer instead; `ready` is not called any more.
    virtual ApiAnswer expire() = 0;
};

struct ApiAnswer {
    unsigned status = 200;
    std::string_view content_type = "application/json"; ///< static
    std::string body;
    std::string fields;                  ///< further lines of the head, each with its CRLF
    std::unique_ptr<ApiStream> stream;   ///< when set, body is its beginning
    std::unique_ptr<ApiPending> pending; ///< when set, nothing else is
};

/// Faults that are found before there is a request.
enum class ApiFault : std::uint8_t {
    malformed,
    head_too_large,
    body_too_large,
    too_many_clients,
    too_many_streams,
    no_tls,         ///< HTTP without TLS at an address that serves TLS
    too_many_bytes, ///< large answers that other clients have not taken yet
};

class ApiHandler {
  public:
    virtual ApiAnswer answer(const ApiRequest &request) = 0;
    virtual ApiAnswer refusal(ApiFault fault) = 0;
    /// The bytes that the body of a request may have, by its head.
    virtual std::size_t body_limit(const ApiRequest &head) const = 0;

  protected:
    ~ApiHandler() = default;
};

struct ApiLimits {
    std::size_t head = 16'384;       ///< bytes of a request's head
    std::size_t body = 65'536;       ///< bytes of its body, unless the handler allows more to this request
    std::size_t bodies = 33'554'432; ///< bytes of larger bodies that are being received, of all clients
    std::size_t buffer = 262'144;    ///< bytes that wait for one client
    std::size_t large = 8'388'608;   ///< bytes of answers above `buffer` that wait, of all clients
    std::size_t clients =
        256; ///< at once, at the Unix socket and at all TCP addresses each; the one that has been silent longest makes room
    std::size_t streams = 128;                   ///< of them that follow events
    std::chrono::milliseconds request{10'000};   ///< from the first byte of a request to its last; of a TLS handshake
    std::chrono::milliseconds idle{60'000};      ///< without a request
    std::chrono::milliseconds stuck{30'000};     ///< without taking a byte of what waits for it
    std::chrono::milliseconds heartbeat{15'000}; ///< of a stream
    std::chrono::milliseconds look{5'000};       ///< from one look for the socket's file, or at the files of TLS, to the next
};

struct ApiListen {
    std::string path;
    bool make_directory = false; ///< the socket's directory, mode 0755 for root, else 0700, when it is missing
    std::string control_group;   ///< empty: none
    std::string messages_group;  ///< the same: its members may send and follow messages
    ApiLimits limits;
    /// What the operator should know, such as that the socket's file was removed and made anew. level: KITH_LOG_...
    std::function<void(std::uint32_t level, const std::string &message, const std::string &reason)> log;
};

/// Listens until it is destroyed, which removes its socket, and nobody else's.
class ApiServer {
  public:
    virtual ~ApiServer() = default;
};

} // namespace kith::app
