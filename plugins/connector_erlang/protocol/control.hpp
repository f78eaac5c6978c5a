// SPDX-License-Identifier: MIT
//
// What travels between connected nodes: frames of a control tuple and, with some, a payload.
#pragma once

#include "etf/term_view.hpp"
#include "etf/writer.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kith::erlang::control {

enum class Op : std::uint8_t {
    link = 1,
    send = 2,
    exit = 3,
    group_leader = 7,
    reg_send = 6,
    exit2 = 8,
    send_tt = 12,
    exit_tt = 13,
    reg_send_tt = 16,
    exit2_tt = 18,
    monitor_p = 19,
    demonitor_p = 20,
    monitor_p_exit = 21,
    send_sender = 22,
    send_sender_tt = 23,
    payload_exit = 24,
    payload_exit_tt = 25,
    payload_exit2 = 26,
    payload_exit2_tt = 27,
    payload_monitor_p_exit = 28,
    spawn_request = 29,
    spawn_request_tt = 30,
    spawn_reply = 31,
    spawn_reply_tt = 32,
    alias_send = 33,
    alias_send_tt = 34,
    unlink_id = 35,
    unlink_id_ack = 36,
    altact_sig = 37,
};

/// The trace tokens of the _TT forms are passed over: their op is that of the plain form.
struct Message {
    static constexpr std::size_t max_fields = 8;

    Op op{};
    std::size_t size = 0; // fields behind the op
    etf::TermView fields[max_fields];
    etf::TermView payload; // of kind `nothing` where there is none
};

enum class Fault : std::uint8_t {
    none,
    header, // not 112 131: a form that our flags do not allow
    term,   // see Parsed::term
    tuple,  // no tuple that begins with a number, or too few or many fields
};

struct Parsed {
    Message message;
    Fault fault = Fault::none;
    etf::Fault term = etf::Fault::none;

    explicit operator bool() const noexcept { return fault == Fault::none; }
};

/// One frame that is no tick. The message views the frame.
Parsed parse(std::string_view frame, const etf::Limits &limits = {}) noexcept;

/// Writes one frame, length and all, at the end of a string: first the control tuple, then perhaps `payload()`, then `end()`.
class Frame {
  public:
    explicit Frame(std::string &out);

    etf::Writer &control() noexcept { return writer_; }
    etf::Writer &payload();
    void end() noexcept;

  private:
    std::string &out_;
    std::size_t begin_;
    etf::Writer writer_;
};

/// An empty frame: the sender is alive.
void append_tick(std::string &out);

/// Requests to start and monitor a process: a SPAWN_REPLY reports that it runs, a MONITOR_P_EXIT how it ended.
struct Spawn {
    const etf::Reference &request;
    const etf::Pid &from;
    std::string_view group_leader; // encoded pid; empty: `from`
    std::string_view module;
    std::string_view function;
    std::int64_t arity;
    std::string_view arguments; // encoded list
};
void append_spawn_request(std::string &out, const Spawn &spawn);

/// A message, encoded, to a registered process.
void append_reg_send(std::string &out, const etf::Pid &from, std::string_view name, std::string_view message);

/// The answer to UNLINK_ID, due before anything else to that process. theirs, id: encoded.
void append_unlink_ack(std::string &out, const etf::Pid &ours, std::string_view theirs, std::string_view id);

/// End a process. theirs: encoded pid.
void append_exit(std::string &out, const etf::Pid &ours, std::string_view theirs, std::string_view reason);

} // namespace kith::erlang::control
