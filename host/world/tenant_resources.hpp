// SPDX-License-Identifier: MIT
//
// The resources of one tenant in AsioWorld: outstanding operations, streams, listeners, sockets and so on. Private to host/world.
#pragma once

#include "asio_world.hpp"
#include "system_resolver.hpp"
#include "worker_threads.hpp"

#include <kith/hosting/status.hpp>
#include <kith/hosting/world.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace kith::app {

class TenantResources;
class TcpStream;
class TcpListener;
class DatagramSocket;
class ChildProcess;
class HttpResources;
class SpoolFiles;
struct TlsResources;
struct TlsPeer;
class ResolvConf;
class DatagramReceiver;
class InterfaceWatch;
class FileWatches;
class WallClockWatch;

/// An operation that has not completed.
struct Pending {
    using Cancelled = std::function<void(TenantResources &resources, std::uint64_t user, std::uint64_t op)>;
    std::uint64_t user;
    /// Reports KITH_CANCELLED by the completion function of this kind of operation.
    Cancelled cancelled;
    /// Aborts the work of the operation. Later results are ignored. May be empty.
    std::function<void()> abort;
    bool ending = false;                         // it was cancelled, and the report is queued
    std::chrono::steady_clock::time_point due{}; // when a timer fires; else 0
};

struct AsioWorld::Parts {
    Parts(boost::asio::io_context &io_, WorldOptions options_);
    ~Parts();

    boost::asio::io_context &io;
    WorldOptions options;
    WorkerThreads files;    // lanes by path: writes are done in order, and a path that blocks delays no other
    WorkerThreads programs; // lanes by path, as for files
    SystemResolver resolver;
    std::array<char, 65'536> read_buffer; // its pages are not used before the first read
    std::uint64_t last_id = 0;
    std::unordered_map<const kith_host *, std::shared_ptr<TenantResources>> tenants;
    std::unordered_set<std::shared_ptr<ChildProcess>> children; // running programs of all tenants
    std::unique_ptr<FileWatches> watches;                       // made when first asked for
    std::unique_ptr<WallClockWatch> wall;                       // the same
    std::unique_ptr<DatagramReceiver> datagram_receiver;        // the same
    std::unique_ptr<InterfaceWatch> interfaces;                 // the same
    std::unique_ptr<ResolvConf> resolv_conf;                    // the same
};

class TenantResources : public std::enable_shared_from_this<TenantResources> {
  public:
    TenantResources(AsioWorld::Parts &parts_, kith_host &host_, Tenant &tenant_)
        : io(parts_.io), parts(parts_), host(host_), tenant(tenant_) {}

    static TenantResources &of(const kith_host *host) { return *static_cast<TenantResources *>(host->world); }

    /// Begins an operation and stores its id in *op.
    std::uint64_t begin(std::uint64_t *op, Pending pending);
    /// Ends an operation; nullopt when it has already ended (cancelled, or the tenant was closed).
    std::optional<Pending> take(std::uint64_t op);
    /// Ends an operation later, with KITH_CANCELLED.
    std::int32_t cancel(std::uint64_t op);
    void cancel_all();
    void close();

    /// Refuses a call (E1).
    std::int32_t refuse(std::int32_t status, std::string_view text) const;
    /// Refuses an id that is stale (T3) or of another kind than `expected`.
    std::int32_t no_such(std::uint64_t id, const char *expected) const;

    using Transport = TenantRights::Transport;
    /// Removes the addresses that the tenant may not reach. Returns why not all of them were left; empty: nothing was removed.
    std::string remove_denied(std::vector<boost::asio::ip::address> &addresses, std::uint16_t port);
    /// As the functions of TenantRights; empty, too, for a tenant that may use everything.
    std::string why_not_bind(Transport transport, const kith_address &local) {
        return tenant.rights() == nullptr ? std::string() : tenant.rights()->why_not_bind(transport, local);
    }
    std::string why_not_open(std::string_view path) {
        return tenant.rights() == nullptr || path.empty() ? std::string() : tenant.rights()->why_not_open(path);
    }

    /// The tenant's table of a service; null when it has none.
    template <class Table>
    const Table *side(std::string_view id) {
        return static_cast<const Table *>(tenant.service(id));
    }

    InterfaceWatch &interfaces(); // of the machine

    boost::asio::io_context &io; // outlives the world
    AsioWorld::Parts &parts;
    kith_host &host;
    Tenant &tenant;
    bool open = true;
    std::atomic<std::uint32_t> posted = 0; // number of waiting posts
    std::atomic<bool> silent = false;      // the tenant has reported `stopped`
    std::unordered_map<std::uint64_t, Pending> pending;
    std::vector<std::pair<std::uint64_t, std::string>> held_saves; // operations of kith.state/1 that wait, and what they save
    std::unordered_map<std::uint64_t, std::shared_ptr<TcpStream>> streams;
    std::unordered_map<std::uint64_t, std::shared_ptr<TcpListener>> listeners;
    std::unordered_map<std::uint64_t, std::shared_ptr<DatagramSocket>> sockets;
    std::unordered_map<std::uint64_t, std::shared_ptr<ChildProcess>> processes;
    std::shared_ptr<int> questions = std::make_shared<int>(0);   // its other owners are the open lookups of kith.dns/1
    std::shared_ptr<int> programs = std::make_shared<int>(0);    // the same for kith.process/1
    std::shared_ptr<HttpResources> http;                         // made when first asked for
    std::shared_ptr<TlsResources> tls;                           // the same
    std::shared_ptr<SpoolFiles> spool;                           // the same; used by worker threads only
    std::map<std::string, std::string, std::less<>> environment; // variables that were read: borrowed until destroy
};

inline kith_str borrow(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view view(kith_str text) { return {text.data, static_cast<std::size_t>(text.size)}; }

/// The text for KITH_CANCELLED.
inline std::string_view cancelled_text() { return status_sentence(KITH_CANCELLED); }

/// The longest timeout, a century, so that no sum overflows; nanoseconds.
inline constexpr std::uint64_t far_enough = 3'155'760'000'000'000'000;

/// Runs a function of a table: no exception crosses the boundary to the plugin (E2).
template <class F>
std::int32_t guarded(const kith_host *host, F &&function) noexcept {
    try {
        return function(TenantResources::of(host));
    } catch (const std::exception &error) {
        return TenantResources::of(host).refuse(KITH_INTERNAL, error.what());
    } catch (...) {
        return KITH_INTERNAL;
    }
}

/// Runs `work` of an operation that has begun on a worker thread, in the order of its path, and then `report` on the loop. When the operation is
/// cancelled before the work has started, the work is not done.
template <class Work, class Report>
void run_on_disk(TenantResources &resources, const std::string &path, std::uint64_t op, Work work, Report report) {
    WorkerThreads &files = resources.parts.files;
    const auto ticket = files.run(path, std::move(work), [me = resources.shared_from_this(), op, report](const auto &result) {
        if (const auto ended = me->take(op)) report(*me, ended->user, op, result);
    });
    resources.pending.find(op)->second.abort = [&files, ticket] { files.forget(ticket); };
}

/// The same, of an operation that begins with it.
template <class Work, class Report>
void begin_on_disk(TenantResources &resources, const std::string &path, std::uint64_t user, std::uint64_t *op, Work work,
                   Report report, void (*cancelled)(TenantResources &resources, std::uint64_t user, std::uint64_t op)) {
    const std::uint64_t id = resources.begin(op, {user, cancelled, {}});
    try {
        run_on_disk(resources, path, id, std::move(work), report);
    } catch (...) { // it has not begun
        resources.take(id);
        throw;
    }
}

// The tables of the services; each is defined in the file of its service.
const void *clock_table() noexcept;
const void *timer_table() noexcept;
const void *random_table() noexcept;
const void *loop_table() noexcept;
const void *tcp_table() noexcept;
const void *udp_table() noexcept;
const void *file_table() noexcept;
const void *env_table() noexcept;
const void *state_table() noexcept;
const void *spool_table() noexcept;
const void *dns_table() noexcept;
const void *http_table() noexcept;
const void *process_table() noexcept;
const void *tls_table() noexcept;

/// Begins what waits in held_saves.
void save_held_states(TenantResources &resources) noexcept;

/// Reports the result of `secure` of kith.tls/1. peer: null unless status is KITH_OK.
void report_secured(TenantResources &resources, std::uint64_t user, std::uint64_t op, std::int32_t status,
                    std::string_view text, const TlsPeer *peer);

} // namespace kith::app
