// SPDX-License-Identifier: MIT
//
// News of a connected node's links. A small process is started there that asks net_kernel for them and sends us each; it is written in
// Erlang's own abstract form for erl_eval, so that nothing need be installed, and it ends when our connection does. Where the node was
// built without erl_eval, its process global_group reports visible nodes.
#pragma once

#include "control.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kith::erlang {

class Relay {
  public:
    struct Event {
        enum class Kind : std::uint8_t {
            listing,   // all links: visible, hidden
            up,        // name, and `hidden`
            down,      // name, and why
            fell_back, // the relay cannot run (why); visible nodes are reported from now on: list once, since there may be a gap
            ended,     // no news any more (why)
        };
        Kind kind{};
        bool hidden = false;
        std::string name;
        std::string why;
        std::vector<std::string> visible_nodes;
        std::vector<std::string> hidden_nodes;
    };

    explicit Relay(etf::Pid self) : self_(std::move(self)) {}

    /// Frames to write are appended to `out`.
    void start(std::string &out);

    /// The event in an incoming message; empty if the message is not for the relay.
    std::optional<Event> take(const control::Message &message, std::string &out);

  private:
    enum class State : std::uint8_t { idle, relay, fallback };

    bool ours(const etf::TermView &reference) const;
    std::optional<Event> on_exit(const etf::TermView &reason, std::string &out);
    std::optional<Event> on_relayed(const etf::TermView &message) const;
    void fall_back(std::string &out);

    etf::Pid self_;
    etf::Reference request_;
    std::uint32_t generation_ = 0;
    State state_ = State::idle;
};

} // namespace kith::erlang
