// SPDX-License-Identifier: MIT
//
// One attachment to the local node: the connection, the calls under way on it, the news that come.
#pragma once

#include "erpc.hpp"
#include "mfa.hpp"
#include "node_dial.hpp"
#include "node_event_relay.hpp"

#include <kith/random.hpp>
#include <kith/signal.hpp>
#include <kith/tcp.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

namespace kith::erlang {

class Session {
  public:
    /// What a function in the node answered: returned a value, or did not, in words.
    struct Reply {
        bool returned = false;
        std::string value; // encoded, when it returned
        std::string text;  // of the value, or how it failed, as Erlang writes it

        /// Walkable while this lives.
        etf::TermView term() const noexcept { return etf::parse_bare(value).term; }
    };

    Session(host h, Connection connection, etf::Pid self, std::size_t max_frame);

    const Dialler::Peer &node() const noexcept { return peer_; }
    /// Ours, under which the node knows this session.
    const std::string &own_name() const noexcept { return self_.node; }

    /// News are handed to `hear` from within `read`. Returns when the connection is of no use any more, with the reason.
    task<error> read(std::function<void(Relay::Event)> hear);
    /// Writes what the rest leaves, until `close`.
    task<void> write();

    /// Start the relay.
    void listen();

    /// Call a function in the node. arguments: an encoded list. Fails with KITH_TIMED_OUT, or when the session ends.
    task<result<Reply>> call(std::string module, std::string function, std::string arguments, std::chrono::nanoseconds timeout);

    /// A call under way, for a caller that does something else meanwhile. Its destructor ends the process in the node if no answer has come.
    class Call;

    /// The calls' standard output goes to this process of the node.
    void group_leader(std::string_view encoded_pid) { calls_.group_leader(encoded_pid); }

    /// End it, for this reason: calls fail with it, `read` returns it.
    void close(error why);
    bool closed() const noexcept { return closed_; }
    const error &reason() const noexcept { return reason_; }

    /// Has the node sent anything but ticks?
    bool answered() const noexcept { return answered_; }

    /// Counts what was heard, so that "nothing came since" can be asked.
    std::uint64_t heard() const noexcept { return heard_; }

  private:
    void flush();
    bool take_frame(std::string_view frame, const std::function<void(Relay::Event)> &hear);
    void answer(const Calls::Answer &answer);

    host host_;
    tcp::stream stream_;
    Dialler::Peer peer_;
    etf::Pid self_;
    Frames frames_;
    etf::Limits limits_;
    Calls calls_;
    Relay relay_;
    signal to_write_;
    std::string output_;
    std::unordered_map<Calls::Id, Call *> calls_under_way_;
    std::uint64_t heard_ = 0;
    bool answered_ = false;
    bool closed_ = false;
    error reason_;
};

class Session::Call {
  public:
    /// session: outlives this.
    Call(Session &session, std::string module, std::string function, std::string_view arguments);
    ~Call();
    Call(const Call &) = delete;
    Call &operator=(const Call &) = delete;

    /// An answer has come, or none will.
    bool over() const noexcept { return answered_ || id_ == 0 || session_.closed_; }
    /// Returns when it is over, or after this time; whether it is over.
    task<bool> wait(std::chrono::nanoseconds time);
    /// The answer, or why there is none. waited: the time that is named where it did not return.
    result<Reply> take(std::chrono::nanoseconds waited);

  private:
    friend class Session;

    Session &session_;
    std::string function_; // module:function
    Calls::Id id_;
    signal done_;
    Reply reply_;
    bool answered_ = false;
};

} // namespace kith::erlang
