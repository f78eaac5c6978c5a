// SPDX-License-Identifier: MIT
//
// A tenant's place in the real world: its outstanding operations, streams, listeners and sockets. Private to host/world.
#pragma once

#include "asio_world.hpp"
#include "resolver.hpp"
#include "workers.hpp"

#include <kith/hosting/status.hpp>
#include <kith/hosting/world.hpp>

#include <boost/asio/io_context.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace kith::app {

class Seat;
class Stream;
class Listener;
class DatagramSocket;
class Child;
class HttpSeat;
struct TlsSeat;
struct TlsPeer;
class ResolvConf;
class Inbox;
class Interfaces;
class Watches;
class WallClock;

/// An operation that has not completed.
struct Pending {
    using Cancelled = std::function<void(Seat &seat, std::uint64_t user, std::uint64_t op)>;
    std::uint64_t user;
    /// Tell the tenant KITH_CANCELLED. Knows the kind of the operation.
    Cancelled cancelled;
    /// Stop what is under way; what still comes of it finds the operation gone. May be empty.
    std::function<void()> abort;
    bool ending = false; // it was cancelled, and will be told so
};

struct AsioWorld::Parts {
    Parts(boost::asio::io_context &io_, WorldOptions options_);
    ~Parts();

    boost::asio::io_context &io;
    WorldOptions options;
    Workers files;    // by path: what is written first is there first, and a path that hangs delays no other
    Workers programs; // by path, as files are
    Resolver resolver;
    std::array<char, 65'536> read_buffer; // not touched before it is used
    std::uint64_t last_id = 0;
    std::unordered_map<const kith_host *, std::shared_ptr<Seat>> seats;
    std::unordered_set<std::shared_ptr<Child>> children; // programs that have not ended, whoever began them
    std::unique_ptr<Watches> watches;                    // made when first asked for
    std::unique_ptr<WallClock> wall;                     // the same
    std::unique_ptr<Inbox> inbox;                        // the same
    std::unique_ptr<Interfaces> interfaces;              // the same
    std::unique_ptr<ResolvConf> resolv_conf;             // the same
};

class Seat : public std::enable_shared_from_this<Seat> {
  public:
    Seat(AsioWorld::Parts &parts_, kith_host &host_, Tenant &tenant_)
        : io(parts_.io), parts(parts_), host(host_), tenant(tenant_) {}

    static Seat &of(const kith_host *host) { return *static_cast<Seat *>(host->world); }

    /// Begin an operation; its id goes to *op.
    std::uint64_t begin(std::uint64_t *op, Pending pending);
    /// The operation ends now; nothing when it has ended already (cancelled, or the seat was closed).
    std::optional<Pending> take(std::uint64_t op);
    /// It ends with KITH_CANCELLED, later.
    std::int32_t cancel(std::uint64_t op);
    void cancel_all();
    void close();

    /// Refuse a call (E1).
    std::int32_t refuse(std::int32_t status, std::string_view text) const;
    /// Refuse an id where `expected` should be: a stale one (T3), or one of another kind.
    std::int32_t no_such(std::uint64_t id, const char *expected) const;

    /// The tenant's side of a service; null when it has none.
    template <class Table>
    const Table *side(std::string_view id) {
        return static_cast<const Table *>(tenant.service(id));
    }

    Interfaces &interfaces(); // of the machine

    boost::asio::io_context &io; // outlives the world
    AsioWorld::Parts &parts;
    kith_host &host;
    Tenant &tenant;
    bool open = true;
    std::atomic<std::uint32_t> posted = 0; // that wait
    std::atomic<bool> silent = false;      // it has said `stopped`
    std::unordered_map<std::uint64_t, Pending> pending;
    std::unordered_map<std::uint64_t, std::shared_ptr<Stream>> streams;
    std::unordered_map<std::uint64_t, std::shared_ptr<Listener>> listeners;
    std::unordered_map<std::uint64_t, std::shared_ptr<DatagramSocket>> sockets;
    std::unordered_map<std::uint64_t, std::shared_ptr<Child>> processes;
    std::shared_ptr<int> questions = std::make_shared<int>(0);   // of kith.dns/1 that are open: its other owners
    std::shared_ptr<int> programs = std::make_shared<int>(0);    // of kith.process/1, the same
    std::shared_ptr<HttpSeat> http;                              // made when first asked for
    std::shared_ptr<TlsSeat> tls;                                // the same
    std::map<std::string, std::string, std::less<>> environment; // what was read: stays borrowed until destroy
};

inline kith_str borrow(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view view(kith_str text) { return {text.data, static_cast<std::size_t>(text.size)}; }

/// The text that goes with KITH_CANCELLED.
inline std::string_view cancelled_text() { return status_sentence(KITH_CANCELLED); }

/// The longest timeout, a century, so that no sum overflows; nanoseconds.
inline constexpr std::uint64_t far_enough = 3'155'760'000'000'000'000;

/// A table's function: no exception crosses the line (E2).
template <class F>
std::int32_t guarded(const kith_host *host, F &&function) noexcept {
    try {
        return function(Seat::of(host));
    } catch (const std::exception &error) {
        return Seat::of(host).refuse(KITH_INTERNAL, error.what());
    } catch (...) {
        return KITH_INTERNAL;
    }
}

/// An operation that is `work` away from the loop, in the order of that path, and then `tell` on it. One that is cancelled before
/// its work has begun does nothing.
template <class Work, class Tell>
void begin_on_disk(Seat &seat, const std::string &path, std::uint64_t user, std::uint64_t *op, Work work, Tell tell,
                   void (*cancelled)(Seat &seat, std::uint64_t user, std::uint64_t op)) {
    const std::uint64_t id = seat.begin(op, {user, cancelled, {}});
    Workers &files = seat.parts.files;
    try {
        const auto ticket = files.run(path, std::move(work), [me = seat.shared_from_this(), id, tell](const auto &result) {
            if (const auto ended = me->take(id)) tell(*me, ended->user, id, result);
        });
        seat.pending.find(id)->second.abort = [&files, ticket] { files.forget(ticket); };
    } catch (...) { // it has not begun
        seat.take(id);
        throw;
    }
}

// The tables, each in the file of its service.
const void *clock_table() noexcept;
const void *timer_table() noexcept;
const void *random_table() noexcept;
const void *loop_table() noexcept;
const void *tcp_table() noexcept;
const void *udp_table() noexcept;
const void *file_table() noexcept;
const void *env_table() noexcept;
const void *state_table() noexcept;
const void *dns_table() noexcept;
const void *http_table() noexcept;
const void *process_table() noexcept;
const void *tls_table() noexcept;

/// Tell how `secure` of kith.tls/0 ended. peer: null unless status is KITH_OK.
void tell_secured(Seat &seat, std::uint64_t user, std::uint64_t op, std::int32_t status, std::string_view text,
                  const TlsPeer *peer);

} // namespace kith::app
