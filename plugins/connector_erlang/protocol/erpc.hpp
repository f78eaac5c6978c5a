// SPDX-License-Identifier: MIT
//
// Calls of functions in a connected node, as the module erpc makes them: each a process of its own there, started by SPAWN_REQUEST, whose
// exit reason is the answer.
#pragma once

#include "control.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::erlang {

class Calls {
  public:
    using Id = std::uint64_t; // never 0, never used again

    enum class Outcome : std::uint8_t {
        returned,    // value
        thrown,      // value
        exited,      // value: the reason
        raised,      // value: the reason of error/1
        not_spawned, // value: why no process was started, such as badarg, system_limit
        killed,      // value: the reason its process ended with before there was an answer
    };

    /// Views the message it came from.
    struct Answer {
        Id id = 0;
        Outcome outcome = Outcome::returned;
        etf::TermView value;
    };

    /// self: the process that we pretend to be. window: calls under way at once; more wait here.
    Calls(etf::Pid self, std::size_t window) : self_(std::move(self)), window_(window) {}

    /// Whose standard output the calls use; without it what they print would be sent to us. encoded: a pid.
    void group_leader(std::string_view encoded) { group_leader_ = encoded; }

    /// arguments: an encoded list. Frames to write are appended to `out`.
    Id begin(std::string &out, std::string_view module, std::string_view function, std::string_view arguments);

    /// What an incoming message answers. It may make room for a waiting call, which is appended to `out`.
    std::optional<Answer> take(const control::Message &message, std::string &out);

    /// Nobody waits for it any more: its process is ended. False when it is not outstanding.
    bool give_up(Id id, std::string &out);

    std::size_t outstanding() const noexcept { return under_way_ + waiting_.size(); }

  private:
    enum class State : std::uint8_t { free, waiting, sent, given_up };

    struct Slot {
        std::uint32_t generation = 1;
        State state = State::free;
        std::string process; // encoded pid once it runs
    };

    struct Waiting {
        Id id;
        std::string frame;
    };

    Id take_slot();
    void free_slot(std::size_t index, std::string &out);
    Slot *find(Id id) noexcept;
    std::optional<Id> id_of(const etf::TermView &reference) const;
    etf::Reference reference_of(Id id) const;

    etf::Pid self_;
    std::string group_leader_;
    std::size_t window_;
    std::size_t under_way_ = 0;
    std::vector<Slot> slots_;
    std::vector<std::uint32_t> free_;
    std::deque<Waiting> waiting_;
};

} // namespace kith::erlang
