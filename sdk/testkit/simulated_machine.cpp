// SPDX-License-Identifier: MIT
#include <kith/testkit/simulated_machine.hpp>

#include "simulated_http.hpp"
#include "simulated_machine_body.hpp"
#include "simulated_processes.hpp"
#include "simulated_tls.hpp"

#include <kith/hosting/status.hpp>

#include <algorithm>
#include <utility>

namespace kith::testkit {

namespace {

kith_address raw(const SocketName &name) {
    kith_address out{};
    // A socket for every address has one of IPv6.
    out.family = name.address.family == 0 ? std::uint8_t{KITH_ADDRESS_IPV6} : name.address.family;
    out.port = name.port;
    std::copy(name.address.bytes.begin(), name.address.bytes.end(), out.bytes);
    return out;
}

} // namespace

std::string TenantResources::remove_denied(std::vector<Address> &addresses, std::uint16_t port) const {
    std::string why;
    if (tenant->rights() == nullptr) return why;
    std::erase_if(addresses, [&](const Address &one) {
        std::string denied = tenant->rights()->why_not_reach(Transport::tcp, raw({one, port}));
        const bool removed = !denied.empty();
        if (removed) why = std::move(denied);
        return removed;
    });
    return why;
}

std::string TenantResources::why_not_bind(Transport transport, const SocketName &local) const {
    return tenant->rights() == nullptr ? std::string() : tenant->rights()->why_not_bind(transport, raw(local));
}

// ---- the machine ----

SimulatedMachine::SimulatedMachine(SimNet &net, std::string_view name, std::uint32_t index)
    : net_(net), name_(name), index_(index), body_(std::make_unique<Body>(*this)) {
    interfaces_.push_back(std::make_unique<NetworkInterface>(
        *this, "lo", 1, nullptr, std::vector<Subnet>{*Subnet::parse("127.0.0.1/8"), *Subnet::parse("::1/128")}));
}

SimulatedMachine::~SimulatedMachine() = default;

void SimulatedMachine::skew(Duration wall, Duration monotonic) {
    body_->wall_skew = wall.count();
    body_->monotonic_skew = monotonic.count();
}

void SimulatedMachine::jump_wall(Duration by) {
    body_->wall_skew += by.count();
    body_->trace("clock.set", 0, by.count());
    if (by < std::chrono::seconds(1) && by > -std::chrono::seconds(1)) return;
    for (const auto &resources : body_->tenants) {
        if (resources)
            net_.schedule(net_.now_ns(), *body_, Body::jumped, resources->index, static_cast<std::uint64_t>(by.count()));
    }
}

void SimulatedMachine::vanish() {
    vanished_ = true;
    body_->trace("machine.vanish", 0);
    net_.tcp().vanish(*this);
    net_.udp().vanish(*this);
}

void SimulatedMachine::come_back() {
    vanished_ = false;
    body_->trace("machine.come_back", 0);
    net_.tcp().routes_changed();
}

void SimulatedMachine::descriptors(std::size_t limit) { body_->descriptor_limit = limit; }

std::size_t SimulatedMachine::open_streams() const noexcept {
    std::size_t out = 0;
    for (const Socket &socket : body_->sockets) out += socket.id != 0 && socket.stream != nullptr ? 1 : 0;
    return out;
}

std::size_t SimulatedMachine::open_listeners() const noexcept {
    std::size_t out = 0;
    for (const Socket &socket : body_->sockets) out += socket.id != 0 && socket.listener != nullptr ? 1 : 0;
    return out;
}

std::size_t SimulatedMachine::open_sockets() const noexcept {
    std::size_t out = 0;
    for (const Socket &socket : body_->sockets) out += socket.id != 0 && socket.udp != nullptr ? 1 : 0;
    return out;
}

void SimulatedMachine::monitor(const kith_host &host, CallMonitor *monitor) { Body::seat_of(&host).monitor = monitor; }

void SimulatedMachine::silence(const kith_host &host) noexcept {
    TenantResources &resources = Body::seat_of(&host);
    const std::scoped_lock lock(resources.mutex);
    resources.silent = true;
}

const void *SimulatedMachine::service(std::string_view id) const noexcept {
    if (id == KITH_CLOCK) return clock_service();
    if (id == KITH_TIMER) return timer_service();
    if (id == KITH_RANDOM) return random_service();
    if (id == KITH_LOOP) return loop_service();
    if (id == KITH_TCP) return tcp_service();
    if (id == KITH_UDP) return udp_service();
    if (id == KITH_FILE) return file_service();
    if (id == KITH_ENV) return env_service();
    if (id == KITH_STATE) return state_service();
    if (id == KITH_SPOOL) return spool_service();
    if (id == KITH_HTTP) return http_service();
    if (id == KITH_DNS) return dns_service();
    if (id == KITH_PROCESS) return process_service();
    if (id == KITH_TLS) return tls_service();
    return nullptr;
}

void SimulatedMachine::open(kith_host &host, Tenant &tenant) {
    auto &tenants = body_->tenants;
    std::size_t index = 0;
    while (index < tenants.size() && tenants[index]) ++index;
    if (index == tenants.size()) tenants.emplace_back();
    tenants[index] = std::make_unique<TenantResources>();
    TenantResources &resources = *tenants[index];
    resources.body = body_.get();
    resources.host = &host;
    resources.tenant = &tenant;
    resources.instance = view(host.instance);
    resources.index = static_cast<std::uint32_t>(index);
    resources.serial = net_.next_serial();
    host.world = &resources;
    body_->trace("open", 0, 0, resources.instance);
}

void SimulatedMachine::close(kith_host &host) noexcept {
    TenantResources &resources = Body::seat_of(&host);
    host.world = nullptr;
    body_->trace("close", 0, 0, resources.instance);
    for (Socket &socket : body_->sockets) {
        if (socket.id != 0 && socket.resources == &resources) body_->close(socket);
    }
    if (body_->simulated_http) body_->simulated_http->close(resources);
    if (body_->simulated_processes) body_->simulated_processes->close(resources);
    if (body_->simulated_tls) body_->simulated_tls->close(resources);
    while (resources.first != none) {
        Op &op = body_->ops[resources.first];
        if (op.dial != 0) net_.tcp().hang_up(op.dial);
        if (op.stream != nullptr) net_.tcp().close(*op.stream);
        if (op.udp != nullptr) net_.udp().close(*op.udp);
        body_->release(op);
    }
    body_->tenants[resources.index].reset();
}

std::int32_t SimulatedMachine::cancel(const kith_host &host, std::uint64_t id) noexcept {
    Op *op = body_->find(id);
    if (op == nullptr || op->resources != &Body::seat_of(&host)) return KITH_STALE;
    if (!op->ready) body_->abandon(*op, KITH_CANCELLED);
    return KITH_OK;
}

void SimulatedMachine::cancel_all(const kith_host &host) noexcept {
    for (std::uint32_t at = Body::seat_of(&host).first; at != none; at = body_->ops[at].next) {
        if (!body_->ops[at].ready) body_->abandon(body_->ops[at], KITH_CANCELLED);
    }
}

std::size_t SimulatedMachine::outstanding(const kith_host &host) const noexcept { return Body::seat_of(&host).outstanding; }

std::uint64_t SimulatedMachine::next_id() noexcept { return body_->make_id(Body::slot_mask, true); }

// ---- operations ----

SimulatedMachine::Body::Body(SimulatedMachine &of)
    : machine(of), net(of.net()), random(net.random().next()), files{{"/", File{{}, {0755, 0, 0}, 1, 0, true}}} {}

SimulatedMachine::Body::~Body() = default;

SimulatedHttp &SimulatedMachine::Body::http() {
    if (!simulated_http) simulated_http = std::make_unique<SimulatedHttp>(*this);
    return *simulated_http;
}

SimulatedProcesses &SimulatedMachine::Body::programs() {
    if (!simulated_processes) simulated_processes = std::make_unique<SimulatedProcesses>(*this);
    return *simulated_processes;
}

SimulatedTls &SimulatedMachine::Body::tls() {
    if (!simulated_tls) simulated_tls = std::make_unique<SimulatedTls>(*this);
    return *simulated_tls;
}

std::int32_t SimulatedMachine::Body::called(TenantResources &resources, const char *what) {
    if (resources.monitor != nullptr) resources.monitor->on_call(what, true);
    const std::int32_t status = net.fault_of(what);
    if (status == KITH_OK) return status;
    trace(what, 0, status);
    return resources.refuse(status, std::string(what) + ": " + std::string(status_sentence(status)));
}

Op &SimulatedMachine::Body::begin(TenantResources &resources, const char *what, Op::Deliver deliver, std::uint64_t user,
                                  std::uint64_t *id) {
    const std::uint32_t slot = take_slot(ops, free_ops);
    Op &op = ops[slot];
    op.id = make_id(slot, false);
    op.resources = &resources;
    op.deliver = deliver;
    op.what = what;
    op.user = user;
    op.previous = resources.last;
    (resources.last == none ? resources.first : ops[resources.last].next) = slot;
    resources.last = slot;
    ++resources.outstanding;
    *id = op.id;
    trace(what, op.id);
    return op;
}

Op *SimulatedMachine::Body::find(std::uint64_t id) noexcept {
    const auto slot = slot_of(id);
    return id != 0 && slot < ops.size() && ops[slot].id == id ? &ops[slot] : nullptr;
}

void SimulatedMachine::Body::ready(Op &op, std::int32_t status) {
    if (op.ready) return;
    op.ready = true;
    op.status = status;
    net.schedule(net.now_ns(), *this, complete, slot_of(op.id), op.id);
}

void SimulatedMachine::Body::time_out(Op &op, std::uint64_t after) {
    if (after == 0) return;
    const std::uint64_t now = net.now_ns();
    net.schedule(after > UINT64_MAX - now ? UINT64_MAX : now + after, *this, timeout, slot_of(op.id), op.id);
}

// Ends an operation before its completion is due.
void SimulatedMachine::Body::abandon(Op &op, std::int32_t status) {
    if (op.dial != 0) net.tcp().hang_up(std::exchange(op.dial, 0));
    ready(op, status);
}

void SimulatedMachine::Body::release(Op &op) noexcept {
    const auto slot = slot_of(op.id);
    TenantResources &resources = *op.resources;
    (op.previous == none ? resources.first : ops[op.previous].next) = op.next;
    (op.next == none ? resources.last : ops[op.next].previous) = op.previous;
    --resources.outstanding;
    if (Socket *on = op.socket == 0 ? nullptr : socket(resources, op.socket)) {
        for (auto *each : {&on->reader, &on->writer, &on->accepter, &on->securer}) {
            if (*each == slot) *each = none;
        }
    }
    op = Op{};
    free_ops.push_back(slot);
}

void SimulatedMachine::Body::finish(Op &op) {
    Op done = std::move(op);
    release(op); // before the callback, which may begin other operations
    if (done.status == KITH_OK && done.fallible) done.status = net.fault_of(done.what);
    if (done.status == KITH_OK && done.fallible && !failing_services.empty()) done.status = failure_of(done.what);
    done.deliver(*done.resources, done);
}

void SimulatedMachine::Body::on_event(std::uint32_t what, std::uint32_t slot, std::uint64_t id) {
    if (what == posted) {
        TenantResources *resources = slot < tenants.size() ? tenants[slot].get() : nullptr;
        if (resources == nullptr || resources->serial != id) return;
        std::uint64_t user = 0;
        {
            const std::scoped_lock lock(resources->mutex);
            user = resources->inbox.front();
            resources->inbox.pop_front();
            --resources->scheduled;
        }
        trace("loop.posted", 0);
        const auto *table = resources->side<kith_loop_plugin>(KITH_LOOP);
        if (table == nullptr || table->posted == nullptr) return;
        const Entered entered(*resources->tenant, "loop.posted");
        return table->posted(resources->tenant->self(), user);
    }
    if (what == jumped) {
        TenantResources *resources = slot < tenants.size() ? tenants[slot].get() : nullptr;
        const auto *table = resources == nullptr ? nullptr : resources->side<kith_clock_plugin>(KITH_CLOCK);
        if (table == nullptr || table->jumped == nullptr) return;
        const Entered entered(*resources->tenant, "clock.jumped");
        return table->jumped(resources->tenant->self(), static_cast<std::int64_t>(id));
    }
    Op *op = find(id);
    if (op == nullptr) return;
    switch (what) {
    case complete: return finish(*op);
    case fire:
        if (!op->ready) finish(*op);
        return;
    case asked:
        if (!op->ready) answer(*op);
        return;
    case timeout:
        if (!op->ready) abandon(*op, KITH_TIMED_OUT);
        return;
    case resolve:
        if (op->ready) return;
        if (!net.resolve(op->name, op->targets)) return ready(*op, KITH_UNRESOLVED);
        op->data = op->resources->remove_denied(op->targets, static_cast<std::uint16_t>(op->port));
        return op->targets.empty() && !op->data.empty() ? ready(*op, KITH_DENIED) : dial_next(*op);
    default: return;
    }
}

void SimulatedMachine::Body::take_post() {
    for (const auto &resources : tenants) {
        if (!resources) continue;
        const std::scoped_lock lock(resources->mutex);
        for (; resources->scheduled < resources->inbox.size(); ++resources->scheduled) {
            net.schedule(net.now_ns(), *this, posted, resources->index, resources->serial);
        }
    }
}

} // namespace kith::testkit
