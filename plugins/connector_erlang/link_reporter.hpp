// SPDX-License-Identifier: MIT
//
// Reports the driven node and its links to the host: the first complete list, then every link that comes or goes, as the relay reports it,
// and a complete list from time to time, which contains what no event reported.
#pragma once

#include "instance_context.hpp"
#include "node_link_table.hpp"
#include "node_session.hpp"

#include <kith/connector.hpp>
#include <kith/signal.hpp>
#include <kith/timer.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace kith::erlang {

class LinkReporter {
  public:
    /// Both outlive this.
    LinkReporter(InstanceContext &context, links &report);

    /// A session begins. `run` and `hear` are for this one until `end`.
    void begin();
    /// Lists the links until the session is closed. tick_time: net_ticktime of the node.
    task<void> run(std::shared_ptr<Session> session, std::chrono::seconds tick_time);
    /// An event of the relay.
    void hear(Session &session, Relay::Event event);
    void end();

    /// The host knows the node and its links.
    bool attached() const noexcept { return attached_; }
    bool has_peer(const std::string &name) const { return table_.has_peer(name); }

    /// A node with this name is to be joined.
    void expect(const std::string &name) { table_.expect(name); }
    void joined(const std::string &name);
    /// Lists the links again and again until this one is among them: true; false after this time, or when the session has ended.
    task<bool> await_listed(std::shared_ptr<Session> session, std::string name, std::chrono::nanoseconds patience);
    void parted() { relist_unless_reported(); }
    /// Lists the links now.
    void relist() noexcept { relist_.notify(); }

  private:
    using Time = std::chrono::nanoseconds;

    task<void> first_list(Session &session);
    task<void> list(Session &session);
    bool report_attached(Session &session);
    void report_all(Session &session) const;
    void hear_listing(Session &session, const Relay::Event &event);
    void add(const std::string &name, LinkType type);
    void relay_ended(Session &session, const std::string &why);
    void start_relay(Session &session);
    void relist_unless_reported();

    InstanceContext &context_;
    links &report_;
    NodeLinkTable table_;
    std::vector<std::string> others_; // members of an application's cluster without a connection
    signal relist_;                   // list the links now; also wakes first_list when they have come
    timer timer_;
    bool attached_ = false;
    bool hidden_reported_ = true; // the relay reports hidden links too
    std::uint64_t events_ = 0;    // counts those of the relay
    std::chrono::seconds tick_time_{60};
    Time relay_started_{};
    bool relay_due_ = false; // it ended soon, and is started with the next listing
    std::string last_node_;
};

} // namespace kith::erlang
