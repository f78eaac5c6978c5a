// SPDX-License-Identifier: MIT
//
// Simulated sources that strategies query: DNS, the API server of Kubernetes, the metadata service of Rancher. Tests script their answers
// and their failures.
#pragma once

#include <kith/testkit/dns_zones.hpp>
#include <kith/testkit/http_server.hpp>
#include <tests/sim/simulation.hpp>

#include <api_server.hpp> // of plugins/strategy_k8s/test

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kith::sim::test {

using testkit::HttpReply;

class SimulatedSource {
  public:
    using Values = std::vector<std::string>;

    explicit SimulatedSource(Simulation &simulation) : simulation_(simulation) {}
    virtual ~SimulatedSource() = default;
    SimulatedSource(const SimulatedSource &) = delete;
    SimulatedSource &operator=(const SimulatedSource &) = delete;

    /// The value that the source publishes for a host, by its number from 1.
    virtual std::string value(std::size_t number) const { return "10.0.0." + std::to_string(number); }
    /// All hosts of the scenario.
    Values all_hosts() const;
    /// Replaces the published values.
    virtual void publish(const Values &values) = 0;
    /// From now on each answer contains so many random values; empty: all.
    virtual void rotate(std::optional<std::size_t>) {}
    /// Connections are refused.
    virtual void set_down(bool on) = 0;
    /// Requests get no answer.
    virtual void set_unresponsive(bool on) = 0;

    /// Requests are answered by a failure: SERVFAIL, 503.
    virtual void set_failing(bool on) = 0;
    /// Number of requests so far.
    virtual std::size_t requests() = 0;

    testkit::SimNet &net() { return simulation_.net(); }

  protected:
    Simulation &simulation_;
};

/// The DNS records of one name.
class DnsSource : public SimulatedSource {
  public:
    DnsSource(Simulation &simulation, std::string name) : SimulatedSource(simulation), name_(std::move(name)) {
        DnsSource::publish(all_hosts());
        net().dns().search({"team.svc.cluster.local", "svc.cluster.local", "cluster.local"}, 5);
    }
    void publish(const Values &values) override { zones().address(name_, values); }
    void rotate(std::optional<std::size_t> some) override;
    void set_down(bool on) override { fail(0, on ? KITH_UNREACHABLE : KITH_OK); }
    void set_unresponsive(bool on) override { fail(0, on ? KITH_TIMED_OUT : KITH_OK); }
    void set_failing(bool on) override { fail(0, on ? KITH_UNAVAILABLE : KITH_OK); }
    std::size_t requests() override { return zones().asked().size(); }
    /// As DnsZones::fail. type: 0 means all types.
    void fail(std::uint32_t type, std::int32_t status) { zones().fail("", type, status); }
    void remove_name() { zones().remove(name_); }

  protected:
    testkit::DnsZones &zones() { return net().dns(); }
    virtual testkit::DnsZones::Records some(std::size_t count);
    virtual std::uint32_t type() const { return KITH_DNS_A; }

    std::string name_;
    testkit::Random random_{7};
};

/// The SRV records of a StatefulSet.
class SrvSource final : public DnsSource {
  public:
    explicit SrvSource(Simulation &simulation) : DnsSource(simulation, zone()) { SrvSource::publish(all_hosts()); }
    static std::string zone() { return "app-headless.team.svc.cluster.local"; }
    std::string value(std::size_t number) const override { return "app-" + std::to_string(number) + "." + zone(); }
    void publish(const Values &values) override { zones().service(name_, records(values)); }

  private:
    static testkit::DnsZones::Records records(const Values &values);
    std::uint32_t type() const override { return KITH_DNS_SRV; }
};

/// An HTTP server.
class HttpSource : public SimulatedSource {
  public:
    using SimulatedSource::SimulatedSource;
    void set_down(bool on) override { cut(on, testkit::Route::refused); }
    void set_unresponsive(bool on) override { cut(on, testkit::Route::silent); }
    void set_failing(bool on) override {
        if (on)
            replace_replies(HttpReply(503));
        else
            replace_replies({});
    }
    std::size_t requests() override { return http().asked().size(); }
    /// Answers every request with this reply; empty: answers normally again.
    virtual void replace_replies(std::optional<HttpReply> reply) = 0;
    virtual testkit::HttpServer &http() = 0;

  protected:
    virtual testkit::SimulatedMachine &machine() = 0;

  private:
    void cut(bool on, testkit::Route how);
};

class RancherSource final : public HttpSource {
  public:
    explicit RancherSource(Simulation &simulation);
    void publish(const Values &values) override;
    void rotate(std::optional<std::size_t> some) override { sample_size_ = some; }
    void replace_replies(std::optional<HttpReply> reply) override { replacement_ = std::move(reply); }
    testkit::HttpServer &http() override { return http_; }

  private:
    testkit::SimulatedMachine &machine() override { return machine_; }
    HttpReply answer();

    testkit::SimulatedMachine &machine_;
    testkit::HttpServer http_;
    Values values_;
    std::optional<std::size_t> sample_size_;
    std::optional<HttpReply> replacement_;
    testkit::Random random_{7};
};

class KubernetesSource final : public HttpSource {
  public:
    KubernetesSource(Simulation &simulation, k8s::Lookup lookup);
    void publish(const Values &values) override;
    void replace_replies(std::optional<HttpReply> reply) override;
    testkit::HttpServer &http() override { return api_.http(); }
    k8s::test::ApiServer &api() { return api_; }
    /// Changes the server certificate and resets all connections.
    void certificate(testkit::HttpCertificate certificate);
    void good_certificate() { certificate({.authority = &authority(), .names = {name()}}); }

    static std::string name() { return "kubernetes.default.svc"; }
    /// Members of `files` of a host: the files of its service account.
    static std::string account();
    static const testkit::HttpAuthority &authority();

  private:
    testkit::SimulatedMachine &machine() override { return machine_; }
    void publish_pods(const Values &values);

    k8s::Lookup lookup_;
    testkit::SimulatedMachine &machine_;
    k8s::test::ApiServer api_;
    std::map<std::string, std::string> pods_; // address of each pod, by name
};

} // namespace kith::sim::test
