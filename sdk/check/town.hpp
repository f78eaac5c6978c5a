// SPDX-License-Identifier: MIT
//
// A simulated town around one plugin, in which whatever it asks for is there: whoever it dials, whichever URL, name, program or file it
// wants. What it asks for is learnt from its calls. All are polite and dull, but those of one service, who say what they should not.
#pragma once

#include "ears.hpp"
#include "noise.hpp"

#include <kith/testkit/dns_zones.hpp>
#include <kith/testkit/http_server.hpp>
#include <kith/testkit/machine.hpp>
#include <kith/testkit/peer.hpp>
#include <kith/testkit/segment.hpp>
#include <kith/testkit/sim_net.hpp>

#include <list>
#include <map>
#include <set>

namespace kith::check {

class Town {
  public:
    /// noisy: the id of the service whose others misbehave; empty: of none.
    Town(testkit::SimNet &net, const kith_descriptor &descriptor, std::string_view noisy, std::uint64_t seed);
    Town(const Town &) = delete;
    Town &operator=(const Town &) = delete;

    testkit::Machine &here() const noexcept { return here_; }
    /// The plugin, as it lives here: for a rig that ends before the town.
    const kith_entry &listen(const kith_entry &plugin);
    /// From now on nobody answers well: servers refuse or break off, name servers fail, programs exit with 1, files cannot be read.
    void refuse() noexcept { refusing_ = true; }
    /// How often the plugin asked for a connection, a URL, a name, a program or a file.
    std::size_t asked() const noexcept { return asked_; }
    /// How often those of the noisy service had occasion to say something.
    std::size_t said() const noexcept { return said_; }

    // ---- the plugin is about to ask for this ----

    void dials(std::string_view name, std::uint32_t port);
    void binds(std::uint32_t port);
    void joins(std::string_view group);
    void requests(std::string_view url);
    void trusts(std::string_view authorities); ///< in PEM
    void asks(std::string_view name, std::uint32_t type);
    void runs(std::string_view path);
    void reads(std::string_view path);

  private:
    bool noisy(std::string_view service) const noexcept { return service == noisy_; }
    testkit::Machine &host(std::string_view name);
    void talk(testkit::Conversation &with);
    void babble(testkit::Conversation &with, int left);
    testkit::HttpReply answer();
    testkit::Program program();
    std::vector<testkit::DnsData> records(std::uint32_t type);
    void change(const std::string &path);
    std::string datagram(std::string_view heard = {});
    void shout();
    void overhear(const testkit::Sighting &sighting);

    testkit::SimNet &net_;
    testkit::Machine &here_;
    std::string noisy_;
    Noise noise_;
    std::size_t said_ = 0, hosts_ = 0, asked_ = 0;
    bool refusing_ = false;
    std::map<std::string, testkit::Machine *, std::less<>> machines_;
    std::set<std::pair<testkit::Machine *, std::uint32_t>> open_;
    std::map<std::string, testkit::HttpServer, std::less<>> servers_; // by origin
    std::list<testkit::Peer> peers_;
    std::set<std::uint32_t> ports_; // of the plugin's sockets
    std::set<std::string, std::less<>> groups_;
    std::set<std::string, std::less<>> watched_;
    testkit::HttpAuthority authority_{"town"};
    bool shouting_ = false, own_trust_ = false;
    std::list<Ears> ears_;
};

} // namespace kith::check
