// SPDX-License-Identifier: MIT
#include <kith/testkit/machine.hpp>

#include "http_room.hpp"
#include "machine_body.hpp"
#include "process_room.hpp"
#include "tls_room.hpp"

#include <kith/hosting/status.hpp>

#include <utility>

namespace kith::testkit {

// ---- the machine ----

Machine::Machine(SimNet &net, std::string_view name, std::uint32_t index)
    : net_(net), name_(name), index_(index), body_(std::make_unique<Body>(*this)) {
    interfaces_.push_back(std::make_unique<Interface>(
        *this, "lo", 1, nullptr, std::vector<Subnet>{*Subnet::parse("127.0.0.1/8"), *Subnet::parse("::1/128")}));
}

Machine::~Machine() = default;

void Machine::skew(Duration wall, Duration monotonic) {
    body_->wall_skew = wall.count();
    body_->monotonic_skew = monotonic.count();
}

void Machine::jump_wall(Duration by) {
    body_->wall_skew += by.count();
    body_->trace("clock.set", 0, by.count());
    if (by < std::chrono::seconds(1) && by > -std::chrono::seconds(1)) return;
    for (const auto &seat : body_->seats) {
        if (seat) net_.schedule(net_.now_ns(), *body_, Body::jumped, seat->index, static_cast<std::uint64_t>(by.count()));
    }
}

void Machine::vanish() {
    vanished_ = true;
    body_->trace("machine.vanish", 0);
    net_.tcp().vanish(*this);
    net_.udp().vanish(*this);
}

void Machine::come_back() {
    vanished_ = false;
    body_->trace("machine.come_back", 0);
    net_.tcp().routes_changed();
}

void Machine::descriptors(std::size_t limit) { body_->descriptor_limit = limit; }

std::size_t Machine::open_streams() const noexcept {
    std::size_t out = 0;
    for (const Socket &socket : body_->sockets) out += socket.id != 0 && socket.stream != nullptr ? 1 : 0;
    return out;
}

std::size_t Machine::open_listeners() const noexcept {
    std::size_t out = 0;
    for (const Socket &socket : body_->sockets) out += socket.id != 0 && socket.listener != nullptr ? 1 : 0;
    return out;
}

std::size_t Machine::open_sockets() const noexcept {
    std::size_t out = 0;
    for (const Socket &socket : body_->sockets) out += socket.id != 0 && socket.udp != nullptr ? 1 : 0;
    return out;
}

void Machine::monitor(const kith_host &host, CallMonitor *monitor) { Body::seat_of(&host).monitor = monitor; }

void Machine::silence(const kith_host &host) noexcept {
    Seat &seat = Body::seat_of(&host);
    const std::scoped_lock lock(seat.mutex);
    seat.silent = true;
}

const void *Machine::service(std::string_view id) const noexcept {
    if (id == KITH_CLOCK) return clock_service();
    if (id == KITH_TIMER) return timer_service();
    if (id == KITH_RANDOM) return random_service();
    if (id == KITH_LOOP) return loop_service();
    if (id == KITH_TCP) return tcp_service();
    if (id == KITH_UDP) return udp_service();
    if (id == KITH_FILE) return file_service();
    if (id == KITH_ENV) return env_service();
    if (id == KITH_STATE) return state_service();
    if (id == KITH_HTTP) return http_service();
    if (id == KITH_DNS) return dns_service();
    if (id == KITH_PROCESS) return process_service();
    if (id == KITH_TLS) return tls_service();
    return nullptr;
}

void Machine::open(kith_host &host, Tenant &tenant) {
    auto &seats = body_->seats;
    std::size_t index = 0;
    while (index < seats.size() && seats[index]) ++index;
    if (index == seats.size()) seats.emplace_back();
    seats[index] = std::make_unique<Seat>();
    Seat &seat = *seats[index];
    seat.body = body_.get();
    seat.host = &host;
    seat.tenant = &tenant;
    seat.instance = view(host.instance);
    seat.index = static_cast<std::uint32_t>(index);
    seat.serial = net_.next_serial();
    host.world = &seat;
    body_->trace("open", 0, 0, seat.instance);
}

void Machine::close(kith_host &host) noexcept {
    Seat &seat = Body::seat_of(&host);
    host.world = nullptr;
    body_->trace("close", 0, 0, seat.instance);
    for (Socket &socket : body_->sockets) {
        if (socket.id != 0 && socket.seat == &seat) body_->close(socket);
    }
    if (body_->http_room) body_->http_room->close(seat);
    if (body_->process_room) body_->process_room->close(seat);
    if (body_->tls_room) body_->tls_room->close(seat);
    while (seat.first != none) {
        Op &op = body_->ops[seat.first];
        if (op.dial != 0) net_.tcp().hang_up(op.dial);
        if (op.stream != nullptr) net_.tcp().close(*op.stream);
        if (op.udp != nullptr) net_.udp().close(*op.udp);
        body_->release(op);
    }
    body_->seats[seat.index].reset();
}

std::int32_t Machine::cancel(const kith_host &host, std::uint64_t id) noexcept {
    Op *op = body_->find(id);
    if (op == nullptr || op->seat != &Body::seat_of(&host)) return KITH_STALE;
    if (!op->ready) body_->abandon(*op, KITH_CANCELLED);
    return KITH_OK;
}

void Machine::cancel_all(const kith_host &host) noexcept {
    for (std::uint32_t at = Body::seat_of(&host).first; at != none; at = body_->ops[at].next) {
        if (!body_->ops[at].ready) body_->abandon(body_->ops[at], KITH_CANCELLED);
    }
}

std::size_t Machine::outstanding(const kith_host &host) const noexcept { return Body::seat_of(&host).outstanding; }

std::uint64_t Machine::next_id() noexcept { return body_->make_id(Body::slot_mask, true); }

// ---- operations ----

Machine::Body::Body(Machine &of)
    : machine(of), net(of.net()), random(net.random().next()), files{{"/", File{{}, {0755, 0, 0}, 1, 0, true}}} {}

Machine::Body::~Body() = default;

HttpRoom &Machine::Body::http() {
    if (!http_room) http_room = std::make_unique<HttpRoom>(*this);
    return *http_room;
}

ProcessRoom &Machine::Body::programs() {
    if (!process_room) process_room = std::make_unique<ProcessRoom>(*this);
    return *process_room;
}

TlsRoom &Machine::Body::tls() {
    if (!tls_room) tls_room = std::make_unique<TlsRoom>(*this);
    return *tls_room;
}

std::int32_t Machine::Body::called(Seat &seat, const char *what) {
    if (seat.monitor != nullptr) seat.monitor->on_call(what, true);
    const std::int32_t status = net.fault_of(what);
    if (status == KITH_OK) return status;
    trace(what, 0, status);
    return seat.refuse(status, std::string(what) + ": " + std::string(status_sentence(status)));
}

Op &Machine::Body::begin(Seat &seat, const char *what, Op::Deliver deliver, std::uint64_t user, std::uint64_t *id) {
    const std::uint32_t slot = take_slot(ops, free_ops);
    Op &op = ops[slot];
    op.id = make_id(slot, false);
    op.seat = &seat;
    op.deliver = deliver;
    op.what = what;
    op.user = user;
    op.previous = seat.last;
    (seat.last == none ? seat.first : ops[seat.last].next) = slot;
    seat.last = slot;
    ++seat.outstanding;
    *id = op.id;
    trace(what, op.id);
    return op;
}

Op *Machine::Body::find(std::uint64_t id) noexcept {
    const auto slot = slot_of(id);
    return id != 0 && slot < ops.size() && ops[slot].id == id ? &ops[slot] : nullptr;
}

void Machine::Body::ready(Op &op, std::int32_t status) {
    if (op.ready) return;
    op.ready = true;
    op.status = status;
    net.schedule(net.now_ns(), *this, complete, slot_of(op.id), op.id);
}

void Machine::Body::time_out(Op &op, std::uint64_t after) {
    if (after == 0) return;
    const std::uint64_t now = net.now_ns();
    net.schedule(after > UINT64_MAX - now ? UINT64_MAX : now + after, *this, timeout, slot_of(op.id), op.id);
}

// It ends before its time.
void Machine::Body::abandon(Op &op, std::int32_t status) {
    if (op.dial != 0) net.tcp().hang_up(std::exchange(op.dial, 0));
    ready(op, status);
}

void Machine::Body::release(Op &op) noexcept {
    const auto slot = slot_of(op.id);
    Seat &seat = *op.seat;
    (op.previous == none ? seat.first : ops[op.previous].next) = op.next;
    (op.next == none ? seat.last : ops[op.next].previous) = op.previous;
    --seat.outstanding;
    if (Socket *on = op.socket == 0 ? nullptr : socket(seat, op.socket)) {
        for (auto *each : {&on->reader, &on->writer, &on->accepter, &on->securer}) {
            if (*each == slot) *each = none;
        }
    }
    op = Op{};
    free_ops.push_back(slot);
}

void Machine::Body::finish(Op &op) {
    Op done = std::move(op);
    release(op); // first: the callback may begin others
    if (done.status == KITH_OK && done.fallible) done.status = net.fault_of(done.what);
    if (done.status == KITH_OK && done.fallible && !failing_services.empty()) done.status = failure_of(done.what);
    done.deliver(*done.seat, done);
}

void Machine::Body::on_event(std::uint32_t what, std::uint32_t slot, std::uint64_t id) {
    if (what == posted) {
        Seat *seat = slot < seats.size() ? seats[slot].get() : nullptr;
        if (seat == nullptr || seat->serial != id) return;
        std::uint64_t user = 0;
        {
            const std::scoped_lock lock(seat->mutex);
            user = seat->inbox.front();
            seat->inbox.pop_front();
            --seat->scheduled;
        }
        trace("loop.posted", 0);
        const auto *table = seat->side<kith_loop_plugin>(KITH_LOOP);
        if (table == nullptr || table->posted == nullptr) return;
        const Entered entered(*seat->tenant, "loop.posted");
        return table->posted(seat->tenant->self(), user);
    }
    if (what == jumped) {
        Seat *seat = slot < seats.size() ? seats[slot].get() : nullptr;
        const auto *table = seat == nullptr ? nullptr : seat->side<kith_clock_plugin>(KITH_CLOCK);
        if (table == nullptr || table->jumped == nullptr) return;
        const Entered entered(*seat->tenant, "clock.jumped");
        return table->jumped(seat->tenant->self(), static_cast<std::int64_t>(id));
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
        return dial_next(*op);
    default: return;
    }
}

void Machine::Body::take_post() {
    for (const auto &seat : seats) {
        if (!seat) continue;
        const std::scoped_lock lock(seat->mutex);
        for (; seat->scheduled < seat->inbox.size(); ++seat->scheduled) {
            net.schedule(net.now_ns(), *this, posted, seat->index, seat->serial);
        }
    }
}

} // namespace kith::testkit
