// SPDX-License-Identifier: MIT
//
// The service kith.tcp/1 of a simulated machine, over the sockets of tcp_stack.
#include "simulated_machine_body.hpp"
#include "simulated_tls.hpp"

#include <kith/hosting/status.hpp>

#include <algorithm>
#include <utility>

namespace kith::testkit {

namespace {

// The text of a failure.
class Text {
  public:
    Text(const Op &op, std::string subject) {
        if (op.status < 0)
            text_ = std::string(op.what) + " " + std::move(subject) + ": " + std::string(status_sentence(op.status));
    }
    kith_str str() const noexcept { return {text_.data(), text_.size()}; }

  private:
    std::string text_;
};

std::string of_port(std::string_view host, std::uint32_t port) {
    return std::string(host.empty() ? "every address" : host) + " port " + std::to_string(port);
}

std::string of_socket(const SocketName &name) { return of_port(name.address.text(), name.port); }

const kith_tcp_plugin *side(TenantResources &resources) noexcept { return resources.side<kith_tcp_plugin>(KITH_TCP); }

// ---- connect and listen ----
std::int32_t check(TenantResources &resources, std::uint32_t port) {
    const auto *table = side(resources);
    if (!table || !table->connected || !table->listening || !table->accepted || !table->read || !table->written) {
        return resources.refuse(KITH_INVALID, "the plugin has no complete kith_tcp_plugin");
    }
    if (port > 65535) return resources.refuse(KITH_INVALID, "port " + std::to_string(port) + ": expected at most 65535");
    return KITH_OK;
}

void connected(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    std::uint64_t id = 0;
    std::string address;
    kith_endpoint remote{};
    if (op.status == KITH_OK && on.full()) op.status = KITH_LIMIT;
    if (op.status == KITH_OK) {
        Socket &socket = on.make_socket(resources);
        socket.stream = op.stream;
        op.stream->token = socket.id;
        id = socket.id;
        address = op.stream->remote.address.text();
        remote = {str(address), op.stream->remote.port, 0};
    } else if (op.stream != nullptr) {
        on.net.tcp().reset(*op.stream);
    }
    on.trace("tcp.connected", op.id, op.status, address);
    const std::string subject = "to " + of_port(op.name, op.port);
    const Text text(op, op.status == KITH_DENIED && !op.data.empty() ? subject + ": " + op.data : subject);
    const Entered entered(*resources.tenant, "tcp.connected");
    side(resources)->connected(resources.tenant->self(), op.user, op.id, op.status, text.str(), id,
                               op.status == KITH_OK ? &remote : nullptr);
}

void listening(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    std::uint64_t id = 0;
    std::string address;
    kith_endpoint local{};
    if (op.status == KITH_OK && on.full()) op.status = KITH_LIMIT;
    if (op.status == KITH_OK) {
        Listener *listener = nullptr;
        const Address wanted = op.targets.empty() ? Address{} : op.targets.front();
        op.status = on.net.tcp().listen(on.machine, wanted, static_cast<std::uint16_t>(op.port), op.number, on, 0, listener);
        if (op.status == KITH_OK) {
            Socket &socket = on.make_socket(resources);
            socket.listener = listener;
            listener->token = socket.id;
            id = socket.id;
            address = wanted.family == 0 ? "::" : wanted.text();
            local = {str(address), listener->local.port, 0};
        }
    }
    on.trace("tcp.listening", op.id, op.status, address);
    const Text text(op, "on " + of_port(op.name, op.port));
    const Entered entered(*resources.tenant, "tcp.listening");
    side(resources)->listening(resources.tenant->self(), op.user, op.id, op.status, text.str(), id,
                               op.status == KITH_OK ? &local : nullptr);
}

void accepted(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    std::uint64_t id = 0;
    std::string address;
    kith_endpoint remote{};
    Socket *listener = on.socket(resources, op.socket);
    if (op.status == KITH_OK && on.full()) op.status = KITH_LIMIT;
    if (op.status == KITH_OK) {
        Stream *stream = listener == nullptr ? nullptr : on.net.tcp().accept(*listener->listener, on, 0);
        if (stream == nullptr) {
            op.status = KITH_RESET;
        } else {
            Socket &socket = on.make_socket(resources);
            socket.stream = stream;
            stream->token = socket.id;
            id = socket.id;
            address = stream->remote.address.text();
            remote = {str(address), stream->remote.port, 0};
        }
    }
    on.trace("tcp.accepted", op.id, op.status, address);
    const Text text(op, "a connection");
    const Entered entered(*resources.tenant, "tcp.accepted");
    side(resources)->accepted(resources.tenant->self(), op.user, op.id, op.status, text.str(), id,
                              op.status == KITH_OK ? &remote : nullptr);
}

void read(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    std::string bytes;
    Socket *socket = on.socket(resources, op.socket);
    if (op.status == KITH_OK && socket != nullptr) {
        Stream &stream = *socket->stream;
        if (stream.broken != KITH_OK) {
            op.status = stream.broken;
        } else if (stream.available() != 0) {
            bytes = on.net.tcp().read(stream, op.number);
        } else {
            op.status = KITH_CLOSED;
        }
    }
    on.trace("tcp.read", op.id, op.status, bytes);
    const Text text(op, socket == nullptr ? "of a closed stream" : "from " + of_socket(socket->stream->remote));
    const Entered entered(*resources.tenant, "tcp.read");
    side(resources)->read(resources.tenant->self(), op.user, op.id, op.status, text.str(), bytes.data(),
                          static_cast<std::uint32_t>(bytes.size()));
}

void written(TenantResources &resources, Op &op) {
    SimulatedMachine::Body &on = *resources.body;
    on.trace("tcp.written", op.id, op.status);
    Socket *socket = on.socket(resources, op.socket);
    const Text text(op, socket == nullptr ? "to a closed stream" : "to " + of_socket(socket->stream->remote));
    const Entered entered(*resources.tenant, "tcp.written");
    side(resources)->written(resources.tenant->self(), op.user, op.id, op.status, text.str());
}

std::int32_t connect(const kith_host *host, kith_str name, std::uint32_t port, std::uint64_t timeout, std::uint64_t user,
                     std::uint64_t *id) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    SimulatedMachine::Body &on = *resources.body;
    if (const std::int32_t status = on.called(resources, "tcp.connect"); status != KITH_OK) return status;
    if (const std::int32_t status = check(resources, port); status != KITH_OK) return status;
    if (port == 0) return resources.refuse(KITH_INVALID, "port 0: expected 1 to 65535");
    if (name.size == 0 || name.size > 255 || view(name).find('\0') != std::string_view::npos) {
        return resources.refuse(KITH_INVALID, "a host name or a numeric address of 1 to 255 bytes is expected");
    }
    Op &op = on.begin(resources, "tcp.connect", connected, user, id);
    op.name = view(name);
    op.port = port;
    const std::uint64_t wait = Address::parse(op.name) ? 0 : on.net.resolving();
    on.net.schedule(on.net.now_ns() + wait, on, SimulatedMachine::Body::resolve, SimulatedMachine::Body::slot_of(op.id), op.id);
    on.time_out(op, timeout);
    return KITH_OK;
}

std::int32_t listen(const kith_host *host, kith_str address, std::uint32_t port, std::uint32_t backlog, std::uint64_t user,
                    std::uint64_t *id) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    SimulatedMachine::Body &on = *resources.body;
    if (const std::int32_t status = on.called(resources, "tcp.listen"); status != KITH_OK) return status;
    if (const std::int32_t status = check(resources, port); status != KITH_OK) return status;
    const auto wanted = Address::parse(view(address));
    if (address.size != 0 && !wanted) {
        return resources.refuse(KITH_INVALID, "`" + std::string(view(address)) + "`: a numeric address is expected, or none");
    }
    const SocketName local{wanted.value_or(Address{}), static_cast<std::uint16_t>(port)};
    if (const auto why = resources.why_not_bind(TenantResources::Transport::tcp, local); !why.empty())
        return resources.refuse(KITH_DENIED, why);
    Op &op = on.begin(resources, "tcp.listen", listening, user, id);
    op.name = view(address);
    op.port = port;
    op.number = backlog;
    if (wanted) op.targets.push_back(*wanted);
    on.ready(op, KITH_OK);
    return KITH_OK;
}

std::int32_t accept(const kith_host *host, std::uint64_t listener, std::uint64_t user, std::uint64_t *id) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    SimulatedMachine::Body &on = *resources.body;
    if (const std::int32_t status = on.called(resources, "tcp.accept"); status != KITH_OK) return status;
    Socket *socket = on.socket(resources, listener);
    if (socket == nullptr) return resources.refuse(KITH_STALE, "a listener that is open is expected");
    if (socket->listener == nullptr) return resources.refuse(KITH_INVALID, "a listener is expected");
    if (socket->accepter != none) return resources.refuse(KITH_BUSY, "an accept of this listener is outstanding already");
    Op &op = on.begin(resources, "tcp.accept", accepted, user, id);
    op.socket = listener;
    socket->accepter = SimulatedMachine::Body::slot_of(op.id);
    on.pump(*socket);
    return KITH_OK;
}

// Returns KITH_OK and the stream, or the status of a failure.
std::int32_t stream_of(SimulatedMachine::Body &on, TenantResources &resources, std::uint64_t id, Socket *&out) noexcept {
    out = on.socket(resources, id);
    if (out == nullptr) return resources.refuse(KITH_STALE, "a stream that is open is expected");
    return out->stream == nullptr ? resources.refuse(KITH_INVALID, "a stream is expected") : KITH_OK;
}

std::int32_t begin_read(const kith_host *host, std::uint64_t stream, std::uint32_t max, std::uint64_t timeout,
                        std::uint64_t user, std::uint64_t *id) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    SimulatedMachine::Body &on = *resources.body;
    if (const std::int32_t status = on.called(resources, "tcp.read"); status != KITH_OK) return status;
    Socket *socket = nullptr;
    if (const std::int32_t status = stream_of(on, resources, stream, socket); status != KITH_OK) return status;
    if (socket->reader != none) return resources.refuse(KITH_BUSY, "a read of this stream is outstanding already");
    if (socket->securer != none) return resources.refuse(KITH_BUSY, "this stream is being secured");
    if (max == 0) return resources.refuse(KITH_INVALID, "a read of 0 bytes");
    Op &op = on.begin(resources, "tcp.read", read, user, id);
    op.socket = stream;
    op.number = std::min(max, KITH_TCP_MAX_READ);
    socket->reader = SimulatedMachine::Body::slot_of(op.id);
    on.time_out(op, timeout);
    on.pump(*socket);
    return KITH_OK;
}

std::int32_t write(const kith_host *host, std::uint64_t stream, const void *data, std::uint32_t size, std::uint64_t timeout,
                   std::uint64_t user, std::uint64_t *id) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    SimulatedMachine::Body &on = *resources.body;
    if (const std::int32_t status = on.called(resources, "tcp.write"); status != KITH_OK) return status;
    Socket *socket = nullptr;
    if (const std::int32_t status = stream_of(on, resources, stream, socket); status != KITH_OK) return status;
    if (size > KITH_TCP_MAX_WRITE) return resources.refuse(KITH_LIMIT, "a write takes at most 16777216 bytes");
    if (size != 0 && data == nullptr) return resources.refuse(KITH_INVALID, "bytes are expected at `data`");
    if (socket->writer != none) return resources.refuse(KITH_BUSY, "a write to this stream is outstanding already");
    if (socket->securer != none) return resources.refuse(KITH_BUSY, "this stream is being secured");
    if (socket->stream->finished) return resources.refuse(KITH_INVALID, "this direction of the stream was shut down");
    Op &op = on.begin(resources, "tcp.write", written, user, id);
    op.socket = stream;
    if (size != 0) op.data.assign(static_cast<const char *>(data), size);
    on.net.trace(on.machine.index(), "tcp.bytes", 0, 0, op.data);
    socket->writer = SimulatedMachine::Body::slot_of(op.id);
    on.time_out(op, timeout);
    on.pump(*socket);
    return KITH_OK;
}

std::int32_t shutdown(const kith_host *host, std::uint64_t stream) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    SimulatedMachine::Body &on = *resources.body;
    if (const std::int32_t status = on.called(resources, "tcp.shutdown"); status != KITH_OK) return status;
    Socket *socket = nullptr;
    if (const std::int32_t status = stream_of(on, resources, stream, socket); status != KITH_OK) return status;
    if (socket->writer != none && !on.ops[socket->writer].ready) {
        return resources.refuse(KITH_BUSY, "a write to this stream is outstanding; shut it down when it has completed");
    }
    if (socket->securer != none) return resources.refuse(KITH_BUSY, "this stream is being secured");
    on.net.tcp().finish(*socket->stream);
    return KITH_OK;
}

// fail_call does not apply: a caller could not handle a failure.
std::int32_t close(const kith_host *host, std::uint64_t id) noexcept {
    TenantResources &resources = SimulatedMachine::Body::seat_of(host);
    SimulatedMachine::Body &on = *resources.body;
    if (resources.monitor != nullptr) resources.monitor->on_call("tcp.close", true);
    Socket *socket = on.socket(resources, id);
    if (socket == nullptr) return resources.refuse(KITH_STALE, "a stream or a listener that is open is expected");
    if (socket->udp != nullptr) return resources.refuse(KITH_INVALID, "a stream or a listener is expected");
    on.trace("tcp.close", id);
    on.close(*socket);
    return KITH_OK;
}

constexpr kith_tcp_host tcp_table = {connect, listen, accept, begin_read, write, shutdown, close};

} // namespace

const kith_tcp_host *tcp_service() noexcept { return &tcp_table; }

void SimulatedMachine::Body::dial_next(Op &op) {
    op.dial = net.tcp().dial(machine, op.targets[op.target++], static_cast<std::uint16_t>(op.port), *this, op.id);
}

void SimulatedMachine::Body::on_dialled(std::int32_t status, Stream *stream, std::uint64_t token) {
    Op *op = find(token);
    if (op == nullptr || op->ready) {
        if (stream != nullptr) net.tcp().close(*stream);
        return;
    }
    op->dial = 0;
    if (status != KITH_OK && op->target < op->targets.size()) return dial_next(*op);
    op->stream = stream;
    ready(*op, status);
}

void SimulatedMachine::Body::on_incoming(Listener &, std::uint64_t token) {
    const auto slot = slot_of(token);
    if (slot < sockets.size() && sockets[slot].id == token) pump(sockets[slot]);
}

void SimulatedMachine::Body::on_stream(Stream &, std::uint64_t token) {
    const auto slot = slot_of(token);
    if (is_socket(token) && slot < sockets.size() && sockets[slot].id == token) pump(sockets[slot]);
}

// Completes the operations that can complete now.
void SimulatedMachine::Body::pump(Socket &socket) {
    if (socket.accepter != none && !socket.listener->pending.empty()) ready(ops[socket.accepter], KITH_OK);
    if (socket.udp != nullptr) return pump_datagrams(socket);
    if (socket.stream == nullptr) return;
    if (socket.securer != none) return tls().pump(socket, ops[socket.securer]);
    if (socket.useless) {
        for (const auto slot : {socket.reader, socket.writer})
            if (slot != none) ready(ops[slot], KITH_RESET);
        return;
    }
    Stream &stream = *socket.stream;
    const bool news = stream.broken != KITH_OK || stream.available() != 0 || stream.ended;
    if (socket.reader != none && news) ready(ops[socket.reader], KITH_OK);
    if (socket.writer == none || ops[socket.writer].ready) return;
    Op &op = ops[socket.writer];
    if (stream.broken != KITH_OK) return ready(op, stream.broken);
    op.number += net.tcp().write(stream, std::string_view(op.data).substr(op.number));
    if (op.number == op.data.size()) ready(op, KITH_OK);
}

} // namespace kith::testkit
