// SPDX-License-Identifier: MIT
//
// The connections of a member: they are opened, accepted and secured here; each has a stream, a task that reads it and a task that writes the
// output of the protocol.
#pragma once

#include "link_security.hpp"
#include "member.hpp"

#include <kith/log.hpp>
#include <kith/metric.hpp>
#include <kith/signal.hpp>
#include <kith/tcp.hpp>
#include <kith/timer.hpp>

#include <map>
#include <memory>

namespace kith::mesh {

/// What the connections need of their owner.
class ConnectionsOwner {
  public:
    ConnectionsOwner() = default;
    ConnectionsOwner(const ConnectionsOwner &) = delete;
    ConnectionsOwner &operator=(const ConnectionsOwner &) = delete;

    virtual Member &member() = 0;
    [[nodiscard]] virtual Time now() const = 0;
    /// Does what the protocol asks for after an input.
    virtual void carry_out() = 0;
    virtual void begin(task<> work) = 0;

  protected:
    ~ConnectionsOwner() = default;
};

class Connections {
  public:
    /// All of them outlive it.
    Connections(host h, const Settings &settings, LinkSecurity &security, ConnectionsOwner &owner);

    /// Accepts connections for ever.
    task<> accept_all(listener &from);
    /// Opens a connection to the member for the link, and reports to the protocol what came of it.
    task<> dial(LinkId id, std::string name, Membership::Endpoint to);

    /// The protocol has something to write on the link.
    void wake(LinkId id);
    /// Ends it when all is written.
    void close(LinkId id);

    /// Ends the links with members that may not be linked any more.
    void end_denied();
    /// A link whose keys or certificates are not those of today; after that one, in the order of their numbers. Nothing: there is none.
    [[nodiscard]] std::optional<LinkId> outdated(LinkId after) const;

    /// Writes the output that waits on each link, for half a second each at most.
    task<> write_final_output();

  private:
    struct Stream {
        Stream(host h, stream opened, Proof by) : to(std::move(opened)), wake(h), proof(std::move(by)) {}

        stream to;
        signal wake;          // there is something to write, or it is to be closed
        bool closing = false; // when all is written
        bool writing = false;
        Proof proof;
    };

    task<> admit(stream from);
    void serve(LinkId id, stream opened, Proof proof);
    task<> read(LinkId id, std::shared_ptr<Stream> link);
    task<> write(LinkId id, std::shared_ptr<Stream> link);
    void over(LinkId id, const std::string &why);

    host host_;
    const Settings &settings_;
    LinkSecurity &security_;
    ConnectionsOwner &owner_;
    tcp tcp_;
    timer timer_;
    log log_;
    counter refused_;
    std::map<LinkId, std::shared_ptr<Stream>> streams_;
    std::size_t handshakes_ = 0; // of connections that were accepted
};

} // namespace kith::mesh
