// SPDX-License-Identifier: MIT
#include "tcp_stack.hpp"

#include "slot_reuse.hpp"

#include <algorithm>
#include <utility>

namespace kith::testkit {

namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint64_t first_retry = second;            // of an unanswered SYN; doubles
constexpr std::uint64_t dial_limit = 127 * second;       // as Linux with tcp_syn_retries 6
constexpr std::uint64_t retransmit_limit = 924 * second; // as Linux with tcp_retries2 15
constexpr std::uint64_t slot_bits = 20;

} // namespace

TcpStack::~TcpStack() = default;

std::uint64_t TcpStack::travel(const SimulatedMachine &from, const SimulatedMachine &to) noexcept {
    return &from == &to ? 20'000 + net_.random().below(30'000) : net_.packet_delay();
}

// Whether packets can reach this end.
bool TcpStack::open_to(const Stream &stream) const noexcept {
    return net_.route_of(*stream.other_machine, *stream.machine) == Route::open &&
           net_.holds(*stream.machine, stream.local.address) && net_.holds(*stream.other_machine, stream.remote.address);
}

SimulatedMachine *TcpStack::target(SimulatedMachine &from, const Address &to) const noexcept {
    return to.loopback() ? &from : net_.at(to);
}

Listener *TcpStack::find(const SimulatedMachine &machine, const Address &address, std::uint16_t port) noexcept {
    Listener *any = nullptr;
    for (const auto &listener : listeners_) {
        if (listener->machine != &machine || listener->local.port != port) continue;
        if (listener->local.address == address) return listener.get();
        if (listener->local.address.any()) any = listener.get();
    }
    return any;
}

SocketName TcpStack::local_name(const SimulatedMachine &machine, const Address &towards) {
    if (ports_.size() <= machine.index()) ports_.resize(machine.index() + 1, 49151);
    auto &port = ports_[machine.index()];
    port = port == 65535 ? 49152 : static_cast<std::uint16_t>(port + 1);
    if (towards.loopback()) return {towards, port};
    for (const auto &address : machine.addresses()) {
        if (address.family == towards.family) return {address, port};
    }
    return {{}, port};
}

// ---- connecting ----

std::uint64_t TcpStack::dial(SimulatedMachine &from, const Address &to, std::uint16_t port, SocketOwner &owner,
                             std::uint64_t token) {
    const std::uint32_t slot = take_slot(dials_, free_dials_);
    Dial &dial = dials_[slot];
    dial = {};
    dial.serial = net_.next_serial();
    dial.from = &from;
    dial.to = to;
    dial.port = port;
    dial.owner = &owner;
    dial.token = token;
    dial.began = net_.now_ns();
    dial.wait = first_retry;
    SimulatedMachine *other = target(from, to);
    net_.schedule(net_.now_ns() + travel(from, other != nullptr ? *other : from), *this, syn, slot, dial.serial);
    return dial.serial << slot_bits | slot;
}

void TcpStack::hang_up(std::uint64_t number) noexcept {
    const auto slot = static_cast<std::uint32_t>(number & ((1u << slot_bits) - 1));
    if (slot >= dials_.size() || dials_[slot].serial != number >> slot_bits) return;
    Dial &dial = dials_[slot];
    dial.serial = 0;
    if (dial.stream != nullptr) close(*dial.stream);
    free_dials_.push_back(slot);
}

// The SYN arrives at the address of the other machine.
void TcpStack::knock(std::uint32_t slot) {
    Dial &dial = dials_[slot];
    SimulatedMachine *machine = target(*dial.from, dial.to);
    if (machine == nullptr || (machine != dial.from && !dial.from->on_line())) return answer(slot, KITH_UNREACHABLE);
    const Route there = net_.route_of(*dial.from, *machine);
    if (there == Route::unreachable) return answer(slot, KITH_UNREACHABLE);
    if (there == Route::refused) return answer(slot, KITH_REFUSED);
    const bool heard = there == Route::open && net_.route_of(*machine, *dial.from) == Route::open;
    Listener *listener = heard ? find(*machine, dial.to, dial.port) : nullptr;
    if (heard && listener == nullptr) return answer(slot, KITH_REFUSED);
    if (!heard || listener->pending.size() >= listener->backlog) {
        const std::uint64_t waited = net_.now_ns() - dial.began;
        if (waited >= dial_limit) return answer(slot, KITH_TIMED_OUT);
        net_.schedule(net_.now_ns() + std::min(dial.wait, dial_limit - waited), *this, syn, slot, dial.serial);
        dial.wait *= 2;
        return;
    }
    Stream &client = make_stream(*dial.from);
    Stream &server = make_stream(*machine);
    client.local = local_name(*dial.from, dial.to);
    client.remote = {dial.to, dial.port};
    server.local = client.remote;
    server.remote = client.local;
    client.other = &server;
    client.other_machine = machine;
    server.other = &client;
    server.other_machine = dial.from;
    dial.stream = &client;
    listener->pending.push_back(&server);
    answer(slot, KITH_OK);
    listener->owner->on_incoming(*listener, listener->token);
}

void TcpStack::answer(std::uint32_t slot, std::int32_t status) {
    Dial &dial = dials_[slot];
    dial.status = status;
    SimulatedMachine *machine = target(*dial.from, dial.to);
    const std::uint64_t at = net_.now_ns() + travel(*dial.from, machine != nullptr ? *machine : *dial.from);
    if (dial.stream != nullptr) dial.stream->last_arrival = at; // no data overtakes the SYN-ACK
    net_.schedule(at, *this, dialled, slot, dial.serial);
}

// ---- listening ----

std::int32_t TcpStack::listen(SimulatedMachine &machine, const Address &address, std::uint16_t port, std::size_t backlog,
                              SocketOwner &owner, std::uint64_t token, Listener *&out) {
    const bool ours =
        address.any() || address.loopback() || std::ranges::find(machine.addresses(), address) != machine.addresses().end();
    if (!ours) return KITH_IO;
    const auto taken = [&](std::uint16_t which) {
        return std::ranges::any_of(listeners_, [&](const auto &listener) {
            return listener->machine == &machine && listener->local.port == which &&
                   (listener->local.address.any() || address.any() || listener->local.address == address);
        });
    };
    if (port == 0) {
        do port = local_name(machine, address).port;
        while (taken(port));
    } else if (taken(port)) {
        return KITH_EXISTS;
    }
    auto listener = std::make_unique<Listener>();
    listener->serial = net_.next_serial();
    listener->machine = &machine;
    listener->local = {address, port};
    listener->backlog = std::clamp<std::size_t>(backlog, 1, 4096);
    listener->owner = &owner;
    listener->token = token;
    out = listeners_.emplace_back(std::move(listener)).get();
    return KITH_OK;
}

Stream *TcpStack::accept(Listener &listener, SocketOwner &owner, std::uint64_t token) noexcept {
    if (listener.pending.empty()) return nullptr;
    Stream *stream = listener.pending.front();
    listener.pending.pop_front();
    stream->owner = &owner;
    stream->token = token;
    return stream;
}

void TcpStack::close(Listener &listener) noexcept {
    for (Stream *stream : listener.pending) reset(*stream);
    std::erase_if(listeners_, [&](const auto &each) { return each.get() == &listener; });
}

// ---- streams ----

Stream &TcpStack::make_stream(SimulatedMachine &machine) {
    const std::uint32_t slot = take_slot(streams_, free_);
    if (!streams_[slot]) streams_[slot] = std::make_unique<Stream>();
    Stream &stream = *streams_[slot];
    stream.slot = slot;
    stream.serial = net_.next_serial();
    stream.machine = &machine;
    return stream;
}

void TcpStack::drop(Stream &stream) noexcept {
    if (stream.other != nullptr) stream.other->other = nullptr;
    const auto slot = stream.slot;
    stream = Stream{};
    free_.push_back(slot);
}

void TcpStack::send(Stream &to, Stream::Segment segment, std::uint64_t not_before) {
    segment.arrives = std::max({net_.now_ns() + travel(*to.other_machine, *to.machine), to.last_arrival, not_before});
    to.last_arrival = segment.arrives;
    to.credit_used += segment.bytes.size();
    net_.schedule(segment.arrives, *this, arrive, to.slot, to.serial);
    to.wire.push_back(std::move(segment));
}

std::size_t TcpStack::write(Stream &stream, std::string_view bytes) {
    if (stream.broken != KITH_OK || stream.finished) return 0;
    if (stream.other == nullptr) {
        // There is no receiver. The kernel accepts the bytes until it detects that.
        const auto taken = std::min(bytes.size(), net_.window() - std::min(net_.window(), stream.sent_to_nobody));
        stream.sent_to_nobody += taken;
        if (stream.probing_since == 0) {
            stream.probing_since = net_.now_ns();
            net_.schedule(net_.now_ns() + 2 * travel(*stream.machine, *stream.other_machine), *this, probe, stream.slot,
                          stream.serial);
        }
        return taken;
    }
    Stream &other = *stream.other;
    const auto taken = std::min(bytes.size(), net_.window() - std::min(net_.window(), other.credit_used));
    stream.wants_room = taken < bytes.size();
    std::string_view left = bytes.substr(0, taken);
    while (!left.empty()) {
        std::size_t piece = left.size();
        if (net_.splitting() && piece > 1 && net_.random().below(4) == 0) piece = 1 + net_.random().below(piece - 1);
        Stream::Segment segment;
        segment.bytes = left.substr(0, piece);
        send(other, std::move(segment));
        left.remove_prefix(piece);
    }
    return taken;
}

std::string TcpStack::read(Stream &stream, std::size_t max) {
    const auto taken = std::min(max, stream.available());
    std::string out = stream.unread.take(taken);
    stream.credit_used -= std::min(stream.credit_used, taken);
    if (taken != 0 && stream.other != nullptr && stream.other->wants_room) {
        stream.other->wants_room = false;
        net_.schedule(net_.now_ns() + travel(*stream.machine, *stream.other_machine), *this, report_event, stream.other->slot,
                      stream.other->serial);
    }
    return out;
}

void TcpStack::finish(Stream &stream) {
    if (stream.finished || stream.broken != KITH_OK) return;
    stream.finished = true;
    Stream::Segment end;
    end.fin = true;
    if (stream.other != nullptr) send(*stream.other, std::move(end));
}

void TcpStack::close(Stream &stream) noexcept {
    if (stream.other != nullptr && stream.broken == KITH_OK) {
        if (stream.available() != 0) return reset(stream);
        finish(stream);
        // Data that is still in flight to this end will be answered by a reset.
        std::uint64_t last = 0;
        for (const auto &segment : stream.wire) {
            if (!segment.bytes.empty()) last = segment.arrives;
        }
        Stream::Segment answer;
        answer.reset = true;
        if (last != 0) send(*stream.other, std::move(answer), last);
    }
    drop(stream);
}

void TcpStack::reset(Stream &stream) noexcept {
    Stream::Segment segment;
    segment.reset = true;
    if (stream.other != nullptr && stream.broken == KITH_OK) send(*stream.other, std::move(segment));
    drop(stream);
}

void TcpStack::vanish(Stream &stream) noexcept {
    if (stream.other != nullptr) stream.other->other_silent = true;
    drop(stream);
}

void TcpStack::vanish(SimulatedMachine &machine) noexcept {
    for (const auto &stream : streams_) {
        if (stream->machine != &machine) continue;
        if (stream->other != nullptr) stream->other->other = nullptr;
        stream->other = nullptr;
        stream->other_silent = true;
        stream->wire.clear();
    }
    for (const auto &listener : listeners_) {
        if (listener->machine == &machine) listener->local.port = 0; // not found by any connect
    }
}

void TcpStack::reset_between(const SimulatedMachine &a, const SimulatedMachine &b) {
    for (const auto &stream : streams_) {
        const bool concerned =
            (stream->machine == &a && stream->other_machine == &b) || (stream->machine == &b && stream->other_machine == &a);
        if (!concerned) continue;
        if (stream->other != nullptr) stream->other->other = nullptr;
        stream->other = nullptr;
        Stream::Segment segment;
        segment.reset = true;
        send(*stream, std::move(segment));
    }
}

void TcpStack::routes_changed() {
    for (const auto &stream : streams_) {
        if (stream->machine == nullptr || stream->stalled_since == 0) continue;
        if (!open_to(*stream)) continue;
        stream->stalled_since = 0;
        net_.schedule(net_.now_ns() + travel(*stream->other_machine, *stream->machine), *this, arrive, stream->slot,
                      stream->serial);
    }
}

void TcpStack::report(Stream &stream) {
    if (stream.owner != nullptr) stream.owner->on_stream(stream, stream.token);
}

void TcpStack::broke(Stream &stream, std::int32_t status) {
    if (stream.broken != KITH_OK) return;
    stream.broken = status;
    stream.unread.clear();
    stream.wire.clear();
    if (stream.other != nullptr) stream.other->other = nullptr;
    stream.other = nullptr;
}

void TcpStack::arrived(Stream &stream) {
    bool changed = false;
    while (!stream.wire.empty() && stream.wire.front().arrives <= net_.now_ns() && stream.broken == KITH_OK) {
        if (!open_to(stream)) {
            if (stream.stalled_since == 0) {
                stream.stalled_since = net_.now_ns();
                net_.schedule(net_.now_ns() + retransmit_limit, *this, give_up, stream.slot, stream.serial);
            }
            break;
        }
        Stream::Segment segment = std::move(stream.wire.front());
        stream.wire.pop_front();
        changed = true;
        stream.unread += segment.bytes;
        stream.ended = stream.ended || segment.fin;
        if (segment.reset) broke(stream, KITH_RESET);
    }
    if (changed) report(stream);
}

void TcpStack::probed(Stream &stream) {
    if (stream.broken != KITH_OK) return;
    const bool heard =
        !stream.other_silent && net_.route_of(*stream.machine, *stream.other_machine) == Route::open && open_to(stream);
    const std::uint64_t waited = net_.now_ns() - stream.probing_since;
    if (heard || waited >= retransmit_limit) {
        broke(stream, KITH_RESET);
        return report(stream);
    }
    const auto wait = std::min(std::clamp(waited, second / 5, 120 * second), retransmit_limit - waited);
    net_.schedule(net_.now_ns() + wait, *this, probe, stream.slot, stream.serial);
}

void TcpStack::on_event(std::uint32_t what, std::uint32_t slot, std::uint64_t id) {
    if (what == syn || what == dialled) {
        Dial &dial = dials_[slot];
        if (dial.serial != id) return;
        if (what == syn) return knock(slot);
        const Dial done = dial;
        dial.serial = 0;
        free_dials_.push_back(slot);
        if (done.stream != nullptr) {
            done.stream->owner = done.owner;
            done.stream->token = done.token;
        }
        return done.owner->on_dialled(done.status, done.stream, done.token);
    }
    Stream &stream = *streams_[slot];
    if (stream.serial != id) return;
    switch (what) {
    case arrive: return arrived(stream);
    case report_event: return report(stream);
    case probe: return probed(stream);
    case give_up:
        if (stream.stalled_since == 0 || net_.now_ns() - stream.stalled_since < retransmit_limit) return;
        stream.wire.clear();
        if (Stream *sender = stream.other) {
            broke(*sender, KITH_RESET);
            stream.other_silent = true;
            report(*sender);
        }
        return;
    default: return;
    }
}

} // namespace kith::testkit
