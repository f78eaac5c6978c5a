// SPDX-License-Identifier: MIT
//
// The implementation of SimulatedMachine: its tenants with their operations and sockets, and its files. The services are in
// files of their own, such as time_services.cpp, tcp_service.cpp and file_services.cpp.
#pragma once

#include "slot_reuse.hpp"
#include "tcp_stack.hpp"
#include "udp_stack.hpp"

#include <kith/service/clock.h>
#include <kith/service/dns.h>
#include <kith/service/env.h>
#include <kith/service/file.h>
#include <kith/service/http.h>
#include <kith/service/loop.h>
#include <kith/service/process.h>
#include <kith/service/random.h>
#include <kith/service/spool.h>
#include <kith/service/state.h>
#include <kith/service/tcp.h>
#include <kith/service/timer.h>
#include <kith/service/tls.h>
#include <kith/testkit/simulated_machine.hpp>

#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace kith {
struct DnsQuery;
}

namespace kith::testkit {

inline constexpr std::uint32_t none = UINT32_MAX;

class SimulatedHttp;
class SimulatedProcesses;
class SimulatedTls;
struct DnsFound;

inline std::string_view view(kith_str s) noexcept {
    return s.size == 0 ? std::string_view{} : std::string_view{s.data, s.size};
}
inline kith_str str(std::string_view s) noexcept { return {s.data(), s.size()}; }

/// The resources of one tenant.
struct TenantResources {
    SimulatedMachine::Body *body = nullptr;
    kith_host *host = nullptr;
    Tenant *tenant = nullptr;
    CallMonitor *monitor = nullptr;
    const kith_udp_plugin *udp = nullptr; // its table, cached when it has bound a socket
    std::string instance;
    std::uint32_t index = 0;
    std::uint64_t serial = 0;
    std::uint32_t first = none; // operations, in the order of their start
    std::uint32_t last = none;
    std::size_t outstanding = 0;
    std::vector<std::uint64_t> held_saves; // operations of kith.state/1 that wait

    std::mutex mutex; // guards what follows
    std::deque<std::uint64_t> inbox;
    std::size_t scheduled = 0;
    bool silent = false;

    /// Refuses a call (E1).
    std::int32_t refuse(std::int32_t status, std::string_view text) const {
        if (host->error != nullptr) host->error(host, str(text));
        return status;
    }

    using Transport = TenantRights::Transport;
    /// Removes the addresses that the tenant may not reach. Returns why not all of them were left; empty: nothing was removed.
    std::string remove_denied(std::vector<Address> &addresses, std::uint16_t port) const;
    /// As the functions of TenantRights; empty, too, for a tenant that may use everything.
    std::string why_not_bind(Transport transport, const SocketName &local) const;
    std::string why_not_open(std::string_view path) const {
        return tenant->rights() == nullptr || path.empty() ? std::string() : tenant->rights()->why_not_open(path);
    }

    /// The tenant's table of a service; null when it has none.
    template <class Table>
    const Table *side(const char *id) noexcept {
        return static_cast<const Table *>(tenant->service(id));
    }
};

struct Op {
    using Deliver = void (*)(TenantResources &resources, Op &op);

    std::uint64_t id = 0; // 0: free
    TenantResources *resources = nullptr;
    Deliver deliver = nullptr;
    const char *what = "";
    std::uint64_t user = 0;
    std::int32_t status = KITH_OK;
    bool ready = false;   // its completion is queued
    bool fallible = true; // SimNet::fail_call can make it fail
    std::uint32_t previous = none, next = none;
    std::uint64_t socket = 0;
    std::uint64_t number = 0; // maximum of a read, progress of a write, version of a watch, backlog
    std::uint64_t dial = 0;
    Stream *stream = nullptr;
    std::uint32_t port = 0;
    std::uint32_t mode = 0;
    std::size_t target = 0;
    std::vector<Address> targets;
    std::string data, name;
    UdpSocket *udp = nullptr;      // bound, and not reported yet
    std::uint32_t sent = 0;        // datagrams
    std::int32_t failed = KITH_OK; // status of the first datagram that was refused
    std::shared_ptr<const DnsQuery> question;
    std::shared_ptr<const DnsFound> found;
};

struct Socket {
    std::uint64_t id = 0; // 0: free
    TenantResources *resources = nullptr;
    Stream *stream = nullptr;
    Listener *listener = nullptr;
    UdpSocket *udp = nullptr;
    std::uint32_t reader = none, writer = none, accepter = none, securer = none; // operations
    bool secured = false;                                                        // kith.tls/1 has secured it, or tried to
    bool useless = false;                                                        // securing has failed
};

struct File {
    std::string bytes;
    FileTraits traits;
    std::uint64_t version = 0;
    std::int64_t modified = 0;
    bool directory = false;
};

struct SimulatedSpool {
    std::deque<std::string> records;
    std::uint64_t first = 1; // number of the first of them
    std::uint64_t acknowledged = 0;
    std::uint64_t bytes = 0;
};

class SimulatedMachine::Body final : public Actor, public SocketOwner, public UdpOwner {
  public:
    explicit Body(SimulatedMachine &machine);
    ~Body();

    static TenantResources &seat_of(const kith_host *host) noexcept { return *static_cast<TenantResources *>(host->world); }

    // ---- operations ----

    enum What : std::uint32_t { complete, fire, timeout, resolve, posted, jumped, asked };

    /// Reports a call to the monitor. Returns a status with which the call must fail, or KITH_OK.
    std::int32_t called(TenantResources &resources, const char *what);
    /// Begins an operation after called() has returned KITH_OK.
    Op &begin(TenantResources &resources, const char *what, Op::Deliver deliver, std::uint64_t user, std::uint64_t *id);
    Op *find(std::uint64_t id) noexcept;
    /// Queues its completion.
    void ready(Op &op, std::int32_t status);
    /// The same, after some time.
    void ready_in(Op &op, std::uint64_t delay) { net.schedule(net.now_ns() + delay, *this, fire, slot_of(op.id), op.id); }
    void time_out(Op &op, std::uint64_t after);
    void abandon(Op &op, std::int32_t status);
    void release(Op &op) noexcept;
    void finish(Op &op);
    /// The status that fail_service has set for an operation, such as "tcp.read".
    std::int32_t failure_of(std::string_view what) const;

    // ---- sockets ----

    Socket *socket(const TenantResources &resources, std::uint64_t id) noexcept;
    Socket &make_socket(TenantResources &resources);
    void close(Socket &socket) noexcept;
    bool full() const noexcept { return sockets.size() - free_sockets.size() >= descriptor_limit; }
    void dial_next(Op &op);
    void pump(Socket &socket);
    void on_stream(Stream &stream, std::uint64_t token) override;
    void on_incoming(Listener &listener, std::uint64_t token) override;
    void on_dialled(std::int32_t status, Stream *stream, std::uint64_t token) override;

    void on_datagrams(UdpSocket &socket, std::uint64_t token) override;
    void on_membership(UdpSocket &socket, std::uint64_t token, std::string_view group, std::string_view interface,
                       std::int32_t status) override;
    void pump_datagrams(Socket &socket);

    // ---- files ----

    static std::string normal(std::string_view path);
    void put(const std::string &path, std::string_view bytes, FileTraits traits);
    void changed(const std::string &path);
    std::uint64_t version(const std::string &path) const;
    bool may_read(const File &file) const noexcept;
    /// Reads a whole file, or returns a status of kith.file/1.
    std::int32_t read_file(const std::string &path, std::uint64_t max, std::string &out) const;
    kith_file_info info(const File &file) const noexcept;

    // ---- other ----

    void answer(Op &op); // completes a query of kith.dns/1
    std::size_t questions(const TenantResources &resources) const noexcept;
    SimulatedHttp &http();          // created on first use
    SimulatedProcesses &programs(); // the same
    SimulatedTls &tls();            // the same
    void take_post();
    void on_event(std::uint32_t what, std::uint32_t slot, std::uint64_t id) override;

    static std::uint32_t slot_of(std::uint64_t id) noexcept { return static_cast<std::uint32_t>(id >> 1) & slot_mask; }
    static bool is_socket(std::uint64_t id) noexcept { return (id & 1) != 0; }
    std::uint64_t make_id(std::uint32_t slot, bool socket_id) noexcept {
        return net.next_serial() << 21 | std::uint64_t{slot} << 1 | (socket_id ? 1 : 0);
    }
    void trace(const char *what, std::uint64_t id, std::int64_t b = 0, std::string_view bytes = {}) {
        net.trace(machine.index(), what, id >> 21, b, bytes);
    }

    static constexpr std::uint32_t slot_mask = (1u << 20) - 1;

    SimulatedMachine &machine;
    SimNet &net;
    Random random;
    std::vector<std::unique_ptr<TenantResources>> tenants; // null: free
    std::deque<Op> ops;
    std::vector<std::uint32_t> free_ops;
    std::deque<Socket> sockets;
    std::vector<std::uint32_t> free_sockets;
    std::size_t descriptor_limit = 65536;
    std::size_t group_limit = KITH_UDP_MAX_GROUPS;
    std::uint32_t usual_buffer = 212'992, most_buffer = 4'194'304;

    std::map<std::string, File, std::less<>> files;
    std::map<std::string, std::int32_t, std::less<>> failing_paths;
    std::map<std::string, std::int32_t, std::less<>> failing_services; // kith/testkit/fail_service.hpp
    std::vector<std::uint64_t> watches;                                // operations
    std::uint64_t file_version = 0;
    std::uint32_t user_id = 1000;
    std::map<std::string, const std::string *, std::less<>> variables;
    std::deque<std::string> values; // values of variables, also earlier ones: strings are borrowed until destroy
    std::map<std::string, std::string, std::less<>> states;
    std::map<std::string, SimulatedSpool, std::less<>> spools;
    bool has_state_dir = true;
    std::int32_t state_status = KITH_OK; // status of each operation on state

    std::unique_ptr<SimulatedHttp> simulated_http;
    std::unique_ptr<SimulatedProcesses> simulated_processes;
    std::unique_ptr<SimulatedTls> simulated_tls;

    std::atomic<std::int64_t> wall_skew = 0;
    std::atomic<std::int64_t> monotonic_skew = 0;
};

/// The tables of the services; static.
const kith_clock_host *clock_service() noexcept;
const kith_timer_host *timer_service() noexcept;
const kith_random_host *random_service() noexcept;
const kith_loop_host *loop_service() noexcept;
const kith_tcp_host *tcp_service() noexcept;
const kith_udp_host *udp_service() noexcept;
const kith_file_host *file_service() noexcept;
const kith_env_host *env_service() noexcept;
const kith_state_host *state_service() noexcept;
const kith_spool_host *spool_service() noexcept;
const kith_http_host *http_service() noexcept;
const kith_dns_host *dns_service() noexcept;
const kith_process_host *process_service() noexcept;
const kith_tls_host *tls_service() noexcept;

} // namespace kith::testkit
