// SPDX-License-Identifier: MIT
//
// A tenant's place in the real world: its outstanding operations, streams and listeners. Private to host/world.
#pragma once

#include "asio_world.hpp"
#include "workers.hpp"

#include <kith/hosting/world.hpp>

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace kith::app {

class Seat;
class Stream;
class Listener;
class Watches;
class WallClock;

/// An operation that has not completed.
struct Pending {
    std::uint64_t user;
    /// Tell the tenant KITH_CANCELLED. Knows the kind of the operation.
    void (*cancelled)(Seat &seat, std::uint64_t user, std::uint64_t op);
    /// Stop what is under way; what still comes of it finds the operation gone. May be empty.
    std::function<void()> abort;
};

struct AsioWorld::Parts {
    Parts(boost::asio::io_context &io_, WorldOptions options_);
    ~Parts();

    boost::asio::io_context &io;
    WorldOptions options;
    Workers workers;
    std::uint64_t last_id = 0;
    std::unordered_map<const kith_host *, std::shared_ptr<Seat>> seats;
    std::unique_ptr<Watches> watches;  // made when first asked for
    std::unique_ptr<WallClock> wall;   // the same
};

class Seat : public std::enable_shared_from_this<Seat> {
  public:
    Seat(AsioWorld::Parts &parts_, kith_host &host_, Tenant &tenant_) : parts(parts_), host(host_), tenant(tenant_) {}

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

    /// The tenant's side of a service; null when it has none.
    template <class Table>
    const Table *side(std::string_view id) {
        return static_cast<const Table *>(tenant.service(id));
    }

    boost::asio::io_context &io() const { return parts.io; }

    AsioWorld::Parts &parts;
    kith_host &host;
    Tenant &tenant;
    bool open = true;
    std::atomic<std::uint32_t> posted = 0;
    std::unordered_map<std::uint64_t, Pending> pending;
    std::unordered_map<std::uint64_t, std::shared_ptr<Stream>> streams;
    std::unordered_map<std::uint64_t, std::shared_ptr<Listener>> listeners;
    std::map<std::string, std::string, std::less<>> environment; // what was read: stays borrowed until destroy
};

inline kith_str borrow(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view view(kith_str text) { return {text.data, static_cast<std::size_t>(text.size)}; }

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

/// `work` on a worker, then `tell` on the loop, unless the operation was cancelled meanwhile.
template <class Work, class Tell>
void on_worker(Seat &seat, std::uint64_t op, Work work, Tell tell) {
    seat.parts.workers.run([seat = seat.shared_from_this(), op, work = std::move(work), tell]() -> std::function<void()> {
        return [seat, op, tell, result = work()] {
            if (const auto ended = seat->take(op)) tell(*seat, ended->user, op, result);
        };
    });
}

// The tables, each in the file of its service.
const void *clock_table() noexcept;
const void *timer_table() noexcept;
const void *random_table() noexcept;
const void *loop_table() noexcept;
const void *tcp_table() noexcept;
const void *file_table() noexcept;
const void *env_table() noexcept;
const void *state_table() noexcept;

} // namespace kith::app
