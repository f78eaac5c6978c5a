// SPDX-License-Identifier: MIT
#include "asio_world.hpp"

#include "datagram_receiver.hpp"
#include "datagram_socket.hpp"
#include "dns/resolv_conf.hpp"
#include "file_watches.hpp"
#include "http/http_connection_pool.hpp"
#include "interface_watch.hpp"
#include "process/child_process.hpp"
#include "socket_address.hpp"
#include "tcp_listener.hpp"
#include "tcp_stream.hpp"
#include "tenant_resources.hpp"
#include "tls/tls_shared_context.hpp"
#include "wall_clock_watch.hpp"

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
#include <kith/service/udp.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <utility>
#include <vector>

namespace kith::app {

namespace {

struct Offered {
    std::string_view id;
    const void *(*table)() noexcept;
};

constexpr std::array<Offered, 14> offered = {{
    {KITH_CLOCK, clock_table},
    {KITH_TIMER, timer_table},
    {KITH_RANDOM, random_table},
    {KITH_LOOP, loop_table},
    {KITH_TCP, tcp_table},
    {KITH_UDP, udp_table},
    {KITH_FILE, file_table},
    {KITH_ENV, env_table},
    {KITH_STATE, state_table},
    {KITH_SPOOL, spool_table},
    {KITH_DNS, dns_table},
    {KITH_HTTP, http_table},
    {KITH_PROCESS, process_table},
    {KITH_TLS, tls_table},
}};

} // namespace

AsioWorld::Parts::Parts(boost::asio::io_context &io_, WorldOptions options_)
    : io(io_), options(std::move(options_)), files(io_, 4), programs(io_, 4), resolver(io_) {}

AsioWorld::Parts::~Parts() {
    for (auto &[host, resources] : tenants) resources->close();
    end_children(children);
}

AsioWorld::AsioWorld(boost::asio::io_context &io, WorldOptions options)
    : parts_(std::make_unique<Parts>(io, std::move(options))) {}

AsioWorld::~AsioWorld() = default;

std::span<const std::string_view> AsioWorld::services() noexcept {
    static constexpr auto ids = [] {
        std::array<std::string_view, offered.size()> result{};
        for (std::size_t i = 0; i < offered.size(); ++i) result[i] = offered[i].id;
        return result;
    }();
    return ids;
}

const void *AsioWorld::service(std::string_view id) const noexcept {
    for (const Offered &one : offered) {
        if (one.id == id) return one.table();
    }
    return nullptr;
}

void AsioWorld::open(kith_host &host, Tenant &tenant) {
    auto resources = std::make_shared<TenantResources>(*parts_, host, tenant);
    host.world = resources.get();
    parts_->tenants.emplace(&host, std::move(resources));
    if (!parts_->wall) parts_->wall = std::make_unique<WallClockWatch>(*parts_);
}

void AsioWorld::close(kith_host &host) noexcept {
    const auto found = parts_->tenants.find(&host);
    if (found == parts_->tenants.end()) return;
    found->second->close();
    parts_->tenants.erase(found);
    host.world = nullptr;
}

std::int32_t AsioWorld::cancel(const kith_host &host, std::uint64_t op) noexcept {
    return TenantResources::of(&host).cancel(op);
}

void AsioWorld::cancel_all(const kith_host &host) noexcept { TenantResources::of(&host).cancel_all(); }

void AsioWorld::silence(const kith_host &host) noexcept { TenantResources::of(&host).silent = true; }

void AsioWorld::save_held(const kith_host &host) noexcept { save_held_states(TenantResources::of(&host)); }

std::size_t AsioWorld::outstanding(const kith_host &host) const noexcept { return TenantResources::of(&host).pending.size(); }

std::uint64_t AsioWorld::next_id() noexcept { return ++parts_->last_id; }

std::uint64_t AsioWorld::idle_for(const kith_host &host) const noexcept {
    constexpr std::chrono::steady_clock::time_point none{};
    auto first = none;
    for (const auto &[op, operation] : TenantResources::of(&host).pending) {
        if (operation.due == none) return ~std::uint64_t{0};
        if (first == none || operation.due < first) first = operation.due;
    }
    if (first == none) return ~std::uint64_t{0};
    const auto left = first - std::chrono::steady_clock::now();
    return left.count() < 0 ? 0 : static_cast<std::uint64_t>(std::chrono::nanoseconds(left).count());
}

// TenantResources

std::uint64_t TenantResources::begin(std::uint64_t *op, Pending operation) {
    const std::uint64_t id = ++parts.last_id;
    pending.emplace(id, std::move(operation));
    if (op != nullptr) *op = id;
    return id;
}

std::optional<Pending> TenantResources::take(std::uint64_t op) {
    const auto found = pending.find(op);
    if (found == pending.end() || found->second.ending) return std::nullopt;
    return std::move(pending.extract(found).mapped());
}

std::int32_t TenantResources::cancel(std::uint64_t op) {
    const auto found = pending.find(op);
    if (found == pending.end()) return KITH_STALE;
    // The operation stays outstanding until its completion has run.
    if (std::exchange(found->second.ending, true)) return KITH_OK;
    if (auto abort = std::exchange(found->second.abort, nullptr)) abort();
    boost::asio::post(io, [resources = shared_from_this(), op] {
        if (const auto ended = resources->pending.extract(op)) ended.mapped().cancelled(*resources, ended.mapped().user, op);
    });
    return KITH_OK;
}

void TenantResources::cancel_all() {
    std::vector<std::uint64_t> ops;
    ops.reserve(pending.size());
    for (const auto &[op, operation] : pending) ops.push_back(op);
    for (const std::uint64_t op : ops) cancel(op);
}

void TenantResources::close() {
    open = false;
    for (auto &[op, operation] : std::exchange(pending, {})) {
        if (operation.abort) operation.abort();
    }
    if (http) http->close();
    if (tls) tls->contexts.clear();
    if (tls) tls->hour.cancel();
    spool.reset(); // its files are closed when the work in progress is done, before a successor opens them
    for (auto &[id, stream] : std::exchange(streams, {})) stream->close();
    for (auto &[id, listener] : std::exchange(listeners, {})) listener->close();
    for (auto &[id, socket] : std::exchange(sockets, {})) socket->close();
    for (auto &[id, process] : std::exchange(processes, {})) process->close();
}

std::string TenantResources::remove_denied(std::vector<boost::asio::ip::address> &addresses, std::uint16_t port) {
    std::string why;
    if (tenant.rights() == nullptr) return why;
    std::erase_if(addresses, [&](const boost::asio::ip::address &one) {
        const boost::asio::ip::tcp::endpoint to(one, port);
        std::string denied = tenant.rights()->why_not_reach(Transport::tcp, from_kernel(*to.data()));
        const bool removed = !denied.empty();
        if (removed) why = std::move(denied);
        return removed;
    });
    return why;
}

InterfaceWatch &TenantResources::interfaces() {
    if (!parts.interfaces) parts.interfaces = std::make_unique<InterfaceWatch>(io);
    return *parts.interfaces;
}

std::int32_t TenantResources::refuse(std::int32_t status, std::string_view text) const {
    host.error(&host, borrow(text));
    return status;
}

std::int32_t TenantResources::no_such(std::uint64_t id, const char *expected) const {
    if (streams.contains(id) || listeners.contains(id) || sockets.contains(id) || processes.contains(id))
        return refuse(KITH_INVALID, std::string(expected) + " is expected");
    return refuse(KITH_STALE, std::string(expected) + " that is open is expected");
}

} // namespace kith::app
