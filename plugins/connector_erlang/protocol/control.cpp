// SPDX-License-Identifier: MIT
#include "control.hpp"

#include "big_endian.hpp"

#include <optional>

namespace kith::erlang::control {
namespace {

constexpr std::uint8_t pass_through = 112;

// Of a _TT form: the plain form, and which field is the trace token.
struct Traced {
    Op plain;
    std::size_t token;
};

std::optional<Traced> traced(Op op) noexcept {
    switch (op) {
    case Op::send_tt: return Traced{Op::send, 2};
    case Op::exit_tt: return Traced{Op::exit, 2};
    case Op::reg_send_tt: return Traced{Op::reg_send, 3};
    case Op::exit2_tt: return Traced{Op::exit2, 2};
    case Op::send_sender_tt: return Traced{Op::send_sender, 2};
    case Op::payload_exit_tt: return Traced{Op::payload_exit, 2};
    case Op::payload_exit2_tt: return Traced{Op::payload_exit2, 2};
    case Op::spawn_request_tt: return Traced{Op::spawn_request, 5};
    case Op::spawn_reply_tt: return Traced{Op::spawn_reply, 4};
    case Op::alias_send_tt: return Traced{Op::alias_send, 2};
    default: return std::nullopt;
    }
}

Parsed fail(Fault fault, etf::Fault term = etf::Fault::none) noexcept {
    Parsed parsed;
    parsed.fault = fault;
    parsed.term = term;
    return parsed;
}

} // namespace

Parsed parse(std::string_view frame, const etf::Limits &limits) noexcept {
    if (frame.size() < 2 || read_u8(frame) != pass_through) return fail(Fault::header);
    const etf::Parsed tuple = etf::parse(frame.substr(1), limits);
    if (!tuple) return fail(Fault::term, tuple.fault);
    Parsed parsed;
    Message &message = parsed.message;
    if (!tuple.rest.empty()) {
        const etf::Parsed payload = etf::parse(tuple.rest, limits);
        if (!payload) return fail(Fault::term, payload.fault);
        message.payload = payload.term;
    }

    if (tuple.term.kind() != etf::Kind::tuple) return fail(Fault::tuple);
    etf::Elements elements = tuple.term.elements();
    const auto op = elements.next().integer();
    if (!op || *op < 0 || *op > 255 || elements.left() > Message::max_fields) return fail(Fault::tuple);
    message.op = static_cast<Op>(*op);
    const auto trace = traced(message.op);
    for (std::size_t i = 0; elements.left() != 0; ++i) {
        const etf::TermView field = elements.next();
        if (!trace || i != trace->token) message.fields[message.size++] = field;
    }
    if (trace) message.op = trace->plain;
    return parsed;
}

Frame::Frame(std::string &out) : out_(out), begin_(out.size()), writer_(out) {
    append_u32(out_, 0);
    append_u8(out_, pass_through);
    writer_.version();
}

etf::Writer &Frame::payload() { return writer_.version(); }

void Frame::end() noexcept { put_u32(out_, begin_, static_cast<std::uint32_t>(out_.size() - begin_ - 4)); }

void append_tick(std::string &out) { append_u32(out, 0); }

void append_unlink_ack(std::string &out, const etf::Pid &ours, std::string_view theirs, std::string_view id) {
    Frame frame(out);
    frame.control().tuple(4).integer(static_cast<int>(Op::unlink_id_ack)).raw(id).pid(ours).raw(theirs);
    frame.end();
}

void append_spawn_request(std::string &out, const Spawn &spawn) {
    Frame frame(out);
    etf::Writer &control = frame.control();
    control.tuple(6).integer(static_cast<int>(Op::spawn_request)).reference(spawn.request).pid(spawn.from);
    if (spawn.group_leader.empty()) {
        control.pid(spawn.from);
    } else {
        control.raw(spawn.group_leader);
    }
    control.tuple(3).atom(spawn.module).atom(spawn.function).integer(spawn.arity);
    control.list(1).atom("monitor").nil();
    frame.payload().raw(spawn.arguments);
    frame.end();
}

void append_reg_send(std::string &out, const etf::Pid &from, std::string_view name, std::string_view message) {
    Frame frame(out);
    frame.control().tuple(4).integer(static_cast<int>(Op::reg_send)).pid(from).atom("").atom(name);
    frame.payload().raw(message);
    frame.end();
}

void append_exit(std::string &out, const etf::Pid &ours, std::string_view theirs, std::string_view reason) {
    Frame frame(out);
    frame.control().tuple(3).integer(static_cast<int>(Op::payload_exit2)).pid(ours).raw(theirs);
    frame.payload().atom(reason);
    frame.end();
}

} // namespace kith::erlang::control
