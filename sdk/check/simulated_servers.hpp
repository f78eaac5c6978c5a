// SPDX-License-Identifier: MIT
//
// Simulates every server, name, program and file that one plugin requests. The requests are observed in the plugin's service calls, and
// the server is created before the call reaches the host. All of them behave correctly, except those of the service named by
// `faulty_service`, which send malformed data.
#pragma once

#include "malformed_data_generator.hpp"
#include "service_interceptor.hpp"
#include "simulated_plugin.hpp"

#include <kith/testkit/dns_zones.hpp>
#include <kith/testkit/http_server.hpp>
#include <kith/testkit/network_segment.hpp>
#include <kith/testkit/scripted_server.hpp>
#include <kith/testkit/sim_net.hpp>
#include <kith/testkit/simulated_machine.hpp>

#include <list>
#include <map>
#include <set>

namespace kith::check {

class SimulatedServers {
  public:
    /// The bodies of --answer are the correct answers of HTTP servers. faulty_service: the id of the service whose servers send malformed data; empty: none. Both references outlive this object.
    SimulatedServers(testkit::SimNet &net, const PluginUnderTest &plugin, std::string_view faulty_service, std::uint64_t seed);
    SimulatedServers(const SimulatedServers &) = delete;
    SimulatedServers &operator=(const SimulatedServers &) = delete;

    testkit::SimulatedMachine &plugin_machine() const noexcept { return plugin_machine_; }
    /// An entry of the same plugin whose service calls are observed. The PluginHarness that uses it is destroyed before this object.
    const kith_entry &intercept(const kith_entry &plugin);
    /// From now on every request fails: servers refuse or close connections, name servers fail, programs exit with 1, files cannot be read.
    void fail_all() noexcept { failing_ = true; }
    /// Number of connections, URLs, names, programs and files that the plugin requested.
    std::size_t request_count() const noexcept { return requests_; }
    /// Number of times that servers of the faulty service sent malformed data.
    std::size_t malformed_count() const noexcept { return malformed_count_; }

    // ---- called before the plugin's request reaches the host ----

    void on_connect(std::string_view name, std::uint32_t port);
    void on_bind(std::uint32_t port);
    void on_join(std::string_view group);
    void on_request(std::string_view url);
    void on_authorities(std::string_view authorities); ///< in PEM
    void on_query(std::string_view name, std::uint32_t type);
    void on_start(std::string_view path);
    void on_read(std::string_view path);

  private:
    bool is_faulty(std::string_view service) const noexcept { return service == faulty_service_; }
    testkit::SimulatedMachine &machine_named(std::string_view name);
    void serve_stream(testkit::Conversation &with);
    void send_malformed(testkit::Conversation &with, int left);
    testkit::HttpReply http_reply(const std::string &path);
    testkit::Program program_script();
    std::vector<testkit::DnsData> dns_records(std::uint32_t type);
    void change_file(const std::string &path);
    std::string datagram(std::string_view sample = {});
    void send_datagrams();
    void reply_to_datagram(const testkit::Sighting &sighting);

    testkit::SimNet &net_;
    testkit::SimulatedMachine &plugin_machine_;
    const TestInput &input_;
    std::string faulty_service_;
    MalformedDataGenerator malformed_;
    std::size_t malformed_count_ = 0, hosts_ = 0, requests_ = 0;
    bool failing_ = false;
    std::map<std::string, testkit::SimulatedMachine *, std::less<>> machines_;
    std::set<std::pair<testkit::SimulatedMachine *, std::uint32_t>> open_;
    std::map<std::string, testkit::HttpServer, std::less<>> http_servers_; // by origin
    std::list<testkit::ScriptedServer> peers_;
    std::set<std::uint32_t> ports_; // of the plugin's sockets
    std::set<std::string, std::less<>> groups_;
    std::set<std::string, std::less<>> watched_;
    testkit::HttpAuthority authority_{"servers"};
    bool sending_datagrams_ = false, own_trust_ = false;
    std::list<ServiceInterceptor> interceptors_;
};

} // namespace kith::check
