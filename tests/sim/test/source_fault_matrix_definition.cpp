// SPDX-License-Identifier: MIT
#include "source_fault_matrix.hpp"

#include <utility>

namespace kith::sim::test {

namespace {

using namespace std::chrono_literals;
using k8s::Lookup;
using testkit::HttpCertificate;

// ---- columns ----

constexpr const char *dns_config = R"("strategy": "dns_poll", "config": {"query": "app.example.net", "node_basename": "app"})";

std::unique_ptr<SimulatedSource> zone(Simulation &simulation) {
    return std::make_unique<DnsSource>(simulation, "app.example.net");
}

SourceColumn kubernetes(const std::string &name, Lookup lookup) {
    return {name,
            "http k8s " + std::string(k8s::resource(lookup)),
            R"("strategy": "k8s", "config": {"kubernetes_node_basename": "app", "kubernetes_selector": "app=kith",
               "kubernetes_ip_lookup_mode": ")" +
                std::string(k8s::resource(lookup)) + "\"}",
            R"(, "files": {)" + KubernetesSource::account() + "}",
            [lookup](Simulation &simulation) { return std::make_unique<KubernetesSource>(simulation, lookup); },
            "",
            lookup == Lookup::pods};
}

// ---- rows ----

using Act = std::function<void(SimulatedSource &)>;

DnsSource &dns(SimulatedSource &source) { return dynamic_cast<DnsSource &>(source); }
HttpSource &http(SimulatedSource &source) { return dynamic_cast<HttpSource &>(source); }
KubernetesSource &kubernetes(SimulatedSource &source) { return dynamic_cast<KubernetesSource &>(source); }

void publish_all_hosts(SimulatedSource &source) { source.publish(source.all_hosts()); }

void leave_one_out(SimulatedSource &source) {
    auto all = source.all_hosts();
    all.pop_back();
    source.publish(all);
}

void publish_each_host_twice(SimulatedSource &source) {
    auto twice = source.all_hosts();
    for (const std::string &value : source.all_hosts()) twice.push_back(value);
    source.publish(twice);
}

SourceRow for_ten_minutes(std::string name, std::string only, Act begin, Act end) {
    return {std::move(name), std::move(only), 2min, 12min, std::move(begin), std::move(end)};
}

// The source publishes these values in addition to all hosts.
SourceRow publish_additional(std::string name, std::string only, const SimulatedSource::Values &values) {
    return for_ten_minutes(
        std::move(name), std::move(only),
        [values](SimulatedSource &source) {
            auto all = source.all_hosts();
            all.insert(all.end(), values.begin(), values.end());
            source.publish(all);
        },
        publish_all_hosts);
}

SourceRow dns_fails(const std::string &how, std::int32_t status, std::uint32_t type = 0, const char *only = "dns") {
    return for_ten_minutes(
        "the DNS server " + how + " for 10 min", only, [=](SimulatedSource &source) { dns(source).fail(type, status); },
        [=](SimulatedSource &source) { dns(source).fail(type, KITH_OK); });
}

SourceRow http_answers(const std::string &what, const HttpReply &reply) {
    return for_ten_minutes(
        what + " for 10 min", "http", [reply](SimulatedSource &source) { http(source).replace_replies(reply); },
        [](SimulatedSource &source) { http(source).replace_replies({}); });
}

SourceRow http_status(std::uint32_t code, const std::string &more = "") {
    HttpReply reply(code);
    if (!more.empty()) reply.field("Retry-After", more);
    return http_answers("HTTP " + std::to_string(code) + (more.empty() ? "" : " with Retry-After: " + more), reply);
}

SourceRow certificate(const std::string &what, const HttpCertificate &shown) {
    return for_ten_minutes(
        what + " for 10 min", "k8s", [shown](SimulatedSource &source) { kubernetes(source).certificate(shown); },
        [](SimulatedSource &source) { kubernetes(source).good_certificate(); });
}

// A fault of the hosts, not of the source.
SourceRow host_fault(std::string name, Duration until, std::string faults) {
    SourceRow row{std::move(name), "", 2min, until, {}, {}};
    row.faults = std::move(faults);
    return row;
}

// A restart while the source is down: with policy.remember the host has its peers again.
SourceRow restarted_in_an_outage(std::string name, bool remembers) {
    SourceRow row{std::move(name),
                  "",
                  2min,
                  62min,
                  [](SimulatedSource &source) { source.set_down(true); },
                  [](SimulatedSource &source) { source.set_down(false); }};
    row.faults = R"({"at": "5m", "restart": "app1"})";
    row.policy = remembers ? R"("remember": true)" : R"("remember": false)";
    row.expect = remembers ? R"({"from": "6m", "links": "app"}, )" : R"({"at": "6m", "links": [], "hosts": "app1"}, )";
    return row;
}

void flood_of_pods(SimulatedSource &source, bool there) {
    for (int i = 0; i < 10'000; ++i) {
        const std::string name = "more-" + std::to_string(i);
        if (there)
            kubernetes(source).api().pod(name, "10.9." + std::to_string(i / 100) + "." + std::to_string(i % 100));
        else
            kubernetes(source).api().remove_pod(name);
    }
}

const std::string cut_body = R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7"},"containers":[{"i)";

const testkit::HttpAuthority &another_authority() {
    static const testkit::HttpAuthority all("somebody else");
    return all;
}

} // namespace

const std::vector<SourceColumn> &source_columns() {
    static const std::vector<SourceColumn> all{
        {"dns_poll", "dns a dns_poll", dns_config, "", zone, "", true},
        {"dns_poll, prune: disconnect", "dns a dns_poll", dns_config, "", zone, R"("prune": "disconnect")"},
        {"k8s_dns", "dns a", R"("strategy": "k8s_dns", "config": {"service": "app-headless", "application_name": "app"})", "",
         [](Simulation &simulation) { return std::make_unique<DnsSource>(simulation, SrvSource::zone()); }},
        {"k8s_dnssrv", "dns srv",
         R"("strategy": "k8s_dnssrv", "config": {"service": "app-headless", "application_name": "app", "namespace": "team"})",
         R"(, "node": "app@app-${N}.app-headless.team.svc.cluster.local")",
         [](Simulation &simulation) { return std::make_unique<SrvSource>(simulation); }},
        kubernetes("k8s, pods", Lookup::pods),
        kubernetes("k8s, endpoints", Lookup::endpoints),
        kubernetes("k8s, endpointslices", Lookup::endpointslices),
        {"rancher", "http rancher", R"("strategy": "rancher", "config": {"node_basename": "app"})", "",
         [](Simulation &simulation) { return std::make_unique<RancherSource>(simulation); }, "", true},
    };
    return all;
}

const std::vector<SourceRow> &source_rows() {
    const Act down = [](SimulatedSource &source) { source.set_down(true); };
    const Act up = [](SimulatedSource &source) { source.set_down(false); };
    static const std::vector<SourceRow> all{
        {"the source is not available for the first 5 min", "", 0s, 5min, down, up},
        {"the source is not available for 1 h", "", 2min, 62min, down, up},
        {"the route to the source drops packets for 1 h", "", 2min, 62min,
         [](SimulatedSource &source) { source.set_unresponsive(true); },
         [](SimulatedSource &source) { source.set_unresponsive(false); }},
        host_fault("kith restarts", 2min, R"({"at": "2m", "restart": "app1"})"),
        restarted_in_an_outage(
            "kith restarts while the source is not available for 1 h; by policy.remember its links are restored within 1 min",
            true),
        restarted_in_an_outage("the same without policy.remember: no links until the source is available", false),
        host_fault("a clock is one day ahead for 1 h", 62min,
                   R"({"at": "2m", "until": "1h2m", "clock": "1d", "hosts": "app1"})"),
        host_fault("a clock is one day behind for 1 h", 62min,
                   R"({"at": "2m", "until": "1h2m", "clock": "-1d", "hosts": "app1"})"),
        // A deleted pod has left, which needs no grace: half of the peers are removed, and the guard holds the others.
        {"the source returns an empty set (DNS: NOERROR without records) for 5 min", "", 2min, 7min,
         [](SimulatedSource &source) { source.publish({}); }, publish_all_hosts, "pods"},
        {"the answers omit one host for 10 min", "", 2min, 12min, leave_one_out, publish_all_hosts, "dns http"},
        {"the answers omit one host for 30 s", "", 2min, 2min + 30s, leave_one_out, publish_all_hosts, "pods"},
        {"each answer contains 5 random hosts of 15 for 1 h", "dns rancher", 2min, 62min,
         [](SimulatedSource &source) { source.rotate(5); }, [](SimulatedSource &source) { source.rotate({}); }, "dns rancher",
         15},
        for_ten_minutes("the answers contain each host twice for 10 min", "", publish_each_host_twice, publish_all_hosts),
        publish_additional("the answers also contain IPv6 addresses for 10 min", "a http", {"fd00::1", "fd00::2"}),
        publish_additional("the answers contain invalid addresses for 10 min", "http", {"10.0.0", std::string(300, 'x')}),
        publish_additional("the answers contain names that are too long for 10 min", "srv",
                           {std::string(60, 'a') + "." + std::string(60, 'b') + "." + std::string(60, 'c') + "." +
                            std::string(60, 'd') + ".example"}),
        dns_fails("answers with SERVFAIL", KITH_UNAVAILABLE),
        dns_fails("answers with REFUSED", KITH_DENIED),
        dns_fails("does not answer", KITH_TIMED_OUT),
        dns_fails("answers with invalid DNS messages", KITH_PROTOCOL),
        dns_fails("answers with SERVFAIL to AAAA only", KITH_UNAVAILABLE, KITH_DNS_AAAA, "dns_poll"),
        {"NXDOMAIN for 5 min", "dns", 2min, 7min, [](SimulatedSource &source) { dns(source).remove_name(); },
         publish_all_hosts},
        http_status(401),
        http_status(403),
        http_status(404),
        http_status(409),
        http_status(429, "120"),
        http_status(500),
        http_status(503),
        http_answers("truncated bodies", HttpReply().length(1000).send(cut_body).cut()),
        http_answers("bodies of 200 MB", HttpReply().length(200'000'000).send(cut_body)),
        http_answers("bodies that are not JSON", HttpReply(200, "<html>")),
        http_answers("JSON of another structure", HttpReply(200, R"({"kind": "PodList", "metadata": 7, "containers": 7})")),
        http_answers("one byte per second (slow loris)", HttpReply().send("{").endless(" ", 1s)),
        http_answers("no answer", HttpReply().stall()),
        http_answers("answers that are not HTTP", HttpReply().garbage()),
        certificate("a certificate of another authority",
                    {.authority = &another_authority(), .names = {KubernetesSource::name()}}),
        certificate("a certificate for another name",
                    {.authority = &KubernetesSource::authority(), .names = {"somewhere.else"}}),
        certificate("an expired certificate",
                    {.authority = &KubernetesSource::authority(), .names = {KubernetesSource::name()}, .expired = true}),
        for_ten_minutes(
            "each watch ends after 1 s for 10 min", "k8s",
            [](SimulatedSource &source) {
                kubernetes(source).api().watch_for(1s);
                kubernetes(source).api().end_watches();
            },
            [](SimulatedSource &source) { kubernetes(source).api().watch_for(10h); }),
        {"watches send nothing for 1 h", "k8s", 2min, 62min,
         [](SimulatedSource &source) { kubernetes(source).api().bookmarks(false); },
         [](SimulatedSource &source) { kubernetes(source).api().bookmarks(true); }},
        for_ten_minutes(
            "410 Gone: the resource version was compacted", "k8s",
            [](SimulatedSource &source) {
                kubernetes(source).api().end_watches();
                kubernetes(source).api().compact();
            },
            [](SimulatedSource &) {}),
        for_ten_minutes(
            "watch requests are denied for 10 min", "k8s",
            [](SimulatedSource &source) {
                kubernetes(source).api().may_watch = false;
                kubernetes(source).api().end_watches();
            },
            [](SimulatedSource &source) { kubernetes(source).api().may_watch = true; }),
        {"10,000 DELETED events in one second, and those of all hosts, which return after 5 min", "pods", 12min, 17min,
         [](SimulatedSource &source) {
             flood_of_pods(source, true);
             source.net().in(5s, [&source] {
                 flood_of_pods(source, false);
                 source.publish({});
             });
         },
         publish_all_hosts},
    };
    return all;
}

} // namespace kith::sim::test
