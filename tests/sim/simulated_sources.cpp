// SPDX-License-Identifier: MIT
#include "simulated_sources.hpp"

#include <algorithm>

namespace kith::sim::test {

namespace {

// `count` random elements of the values.
SimulatedSource::Values drawn(SimulatedSource::Values values, std::size_t count, testkit::Random &random) {
    for (std::size_t i = 0; i < std::min(count, values.size()); ++i)
        std::swap(values[i], values[i + random.below(values.size() - i)]);
    values.resize(std::min(count, values.size()));
    return values;
}

std::string containers(const SimulatedSource::Values &values) {
    std::string out;
    for (const std::string &value : values) out += (out.empty() ? "" : ",") + (R"({"ips": [")" + value + R"("]})");
    return R"({"containers": [)" + out + "]}";
}

} // namespace

SimulatedSource::Values SimulatedSource::all_hosts() const {
    Values all;
    for (std::size_t i = 1; i <= simulation_.hosts().size(); ++i) all.push_back(value(i));
    return all;
}

// ---- DNS ----

testkit::DnsZones::Records DnsSource::some(std::size_t count) {
    testkit::DnsZones::Records out;
    for (const std::string &value : drawn(all_hosts(), count, random_)) out.push_back({.value = value, .port = 4369});
    return out;
}

void DnsSource::rotate(std::optional<std::size_t> some) {
    if (!some) return publish(all_hosts());
    zones().rotate(name_, type(), [this, count = *some] { return this->some(count); });
}

testkit::DnsZones::Records SrvSource::records(const Values &values) {
    testkit::DnsZones::Records out;
    for (const std::string &value : values) out.push_back({.value = value, .port = 4369});
    return out;
}

// ---- HTTP ----

void HttpSource::cut(bool on, testkit::Route how) {
    for (const auto &host : simulation_.hosts()) {
        if (!on) {
            net().heal(host->machine(), machine());
            continue;
        }
        net().partition(host->machine(), machine(), how);
        if (how == testkit::Route::refused) net().reset_connections(host->machine(), machine());
    }
}

RancherSource::RancherSource(Simulation &simulation)
    : HttpSource(simulation),
      machine_(net().machine("rancher-metadata", {"169.254.169.250"})),
      http_(machine_, 80),
      values_(all_hosts()) {
    http_.route("/latest/self/service", [this](const testkit::HttpAsked &) { return answer(); });
}

void RancherSource::publish(const Values &values) { values_ = values; }

HttpReply RancherSource::answer() {
    if (replacement_) return *replacement_;
    return HttpReply(200, containers(sample_size_ ? drawn(values_, *sample_size_, random_) : values_));
}

// ---- Kubernetes ----

const testkit::HttpAuthority &KubernetesSource::authority() {
    static const testkit::HttpAuthority all("the cluster");
    return all;
}

std::string KubernetesSource::account() {
    std::string certificate;
    for (const char c : authority().certificate()) certificate += c == '\n' ? std::string("\\n") : std::string(1, c);
    const std::string folder = R"("/var/run/secrets/kubernetes.io/serviceaccount/)";
    return folder + R"(token": "secret", )" + folder + R"(namespace": "team", )" + folder + R"(ca.crt": ")" + certificate + '"';
}

KubernetesSource::KubernetesSource(Simulation &simulation, k8s::Lookup lookup)
    : HttpSource(simulation),
      lookup_(lookup),
      machine_(net().machine(name(), {"10.96.0.1"})),
      api_(machine_, 443, authority(), {name()}) {
    KubernetesSource::publish(all_hosts());
}

void KubernetesSource::publish(const Values &values) {
    std::string list;
    switch (lookup_) {
    case k8s::Lookup::pods: return publish_pods(values);
    case k8s::Lookup::endpoints:
        for (const std::string &value : values) list += (list.empty() ? "" : ",") + (R"({"ip":")" + value) + R"("})";
        return api_.put(lookup_, "app", values.empty() ? R"("subsets":[])" : R"("subsets":[{"addresses":[)" + list + "]}]");
    case k8s::Lookup::endpointslices:
        for (const std::string &value : values)
            list += (list.empty() ? "" : ",") + (R"({"addresses":[")" + value) + R"("],"conditions":{"ready":true}})";
        return api_.put(lookup_, "app-1", R"("addressType":"IPv4","endpoints":[)" + list + "]");
    }
}

// Two equal addresses are two pods, as with hostNetwork.
void KubernetesSource::publish_pods(const Values &values) {
    std::map<std::string, std::string> now;
    for (const std::string &value : values) {
        std::string name = "app-" + value;
        while (now.contains(name)) name += "-again";
        now[name] = value;
    }
    for (const auto &[name, value] : pods_) {
        if (!now.contains(name)) api_.remove_pod(name);
    }
    for (const auto &[name, value] : now) {
        if (!pods_.contains(name)) api_.pod(name, value);
    }
    pods_ = std::move(now);
}

// Ends all watches, since an open one would not be affected.
void KubernetesSource::replace_replies(std::optional<HttpReply> reply) {
    api_.in_place_of_lists = api_.in_place_of_watches = std::move(reply);
    api_.end_watches(testkit::HttpFeed::Do::reset);
}

void KubernetesSource::certificate(testkit::HttpCertificate certificate) {
    api_.http().certificate(std::move(certificate));
    for (const auto &host : simulation_.hosts()) net().reset_connections(host->machine(), machine_);
}

} // namespace kith::sim::test
