// SPDX-License-Identifier: MIT
#include "sources_cells.hpp"

#include <utility>

namespace kith::sim::test {

namespace {

using namespace std::chrono_literals;
using k8s::Lookup;
using testkit::HttpCertificate;

// ---- columns ----

constexpr const char *dns_config = R"("strategy": "dns_poll", "config": {"query": "app.example.net", "node_basename": "app"})";

std::unique_ptr<Source> zone(Universe &universe) { return std::make_unique<DnsSource>(universe, "app.example.net"); }

SourceColumn kubernetes(const std::string &name, Lookup lookup) {
    return {name,
            "http k8s " + std::string(k8s::resource(lookup)),
            R"("strategy": "k8s", "config": {"kubernetes_node_basename": "app", "kubernetes_selector": "app=kith",
               "kubernetes_ip_lookup_mode": ")" +
                std::string(k8s::resource(lookup)) + "\"}",
            R"(, "files": {)" + KubernetesSource::account() + "}",
            [lookup](Universe &universe) { return std::make_unique<KubernetesSource>(universe, lookup); },
            "",
            lookup == Lookup::pods};
}

// ---- rows ----

using Act = std::function<void(Source &)>;

DnsSource &dns(Source &source) { return dynamic_cast<DnsSource &>(source); }
HttpSource &http(Source &source) { return dynamic_cast<HttpSource &>(source); }
KubernetesSource &kubernetes(Source &source) { return dynamic_cast<KubernetesSource &>(source); }

void tell_all(Source &source) { source.tell(source.everybody()); }

void leave_one_out(Source &source) {
    auto all = source.everybody();
    all.pop_back();
    source.tell(all);
}

void tell_twice(Source &source) {
    auto twice = source.everybody();
    for (const std::string &value : source.everybody()) twice.push_back(value);
    source.tell(twice);
}

SourceRow for_ten_minutes(std::string name, std::string only, Act begin, Act end) {
    return {std::move(name), std::move(only), 2min, 12min, std::move(begin), std::move(end)};
}

// It tells these besides everybody.
SourceRow besides(std::string name, std::string only, const Source::Values &values) {
    return for_ten_minutes(
        std::move(name), std::move(only),
        [values](Source &source) {
            auto all = source.everybody();
            all.insert(all.end(), values.begin(), values.end());
            source.tell(all);
        },
        tell_all);
}

SourceRow dns_fails(const std::string &how, std::int32_t status, std::uint32_t type = 0, const char *only = "dns") {
    return for_ten_minutes(
        "the DNS answers " + how + ", for 10 min", only, [=](Source &source) { dns(source).fail(type, status); },
        [=](Source &source) { dns(source).fail(type, KITH_OK); });
}

SourceRow http_answers(const std::string &what, const HttpReply &reply) {
    return for_ten_minutes(
        what + ", for 10 min", "http", [reply](Source &source) { http(source).instead(reply); },
        [](Source &source) { http(source).instead({}); });
}

SourceRow http_status(std::uint32_t code, const std::string &more = "") {
    HttpReply reply(code);
    if (!more.empty()) reply.field("Retry-After", more);
    return http_answers(std::to_string(code) + (more.empty() ? "" : " with Retry-After: " + more), reply);
}

SourceRow certificate(const std::string &what, const HttpCertificate &shown) {
    return for_ten_minutes(
        what + ", for 10 min", "k8s", [shown](Source &source) { kubernetes(source).certificate(shown); },
        [](Source &source) { kubernetes(source).good_certificate(); });
}

// A fault of the scenario, and none of the source.
SourceRow of_hosts(std::string name, Span until, std::string faults) {
    SourceRow row{std::move(name), "", 2min, until, {}, {}};
    row.faults = std::move(faults);
    return row;
}

// Whether it has its peers again, although nobody tells it of them.
SourceRow restarted_in_an_outage(std::string name, bool remembers) {
    SourceRow row{std::move(name),
                  "",
                  2min,
                  62min,
                  [](Source &source) { source.down(true); },
                  [](Source &source) { source.down(false); }};
    row.faults = R"({"at": "5m", "restart": "app1"})";
    row.policy = remembers ? R"("remember": true)" : R"("remember": false)";
    row.expect = remembers ? R"({"from": "6m", "links": "app"}, )" : R"({"at": "6m", "links": [], "hosts": "app1"}, )";
    return row;
}

void flood_of_pods(Source &source, bool there) {
    for (int i = 0; i < 10'000; ++i) {
        const std::string name = "more-" + std::to_string(i);
        if (there)
            kubernetes(source).api().pod(name, "10.9." + std::to_string(i / 100) + "." + std::to_string(i % 100));
        else
            kubernetes(source).api().remove_pod(name);
    }
}

const std::string half = R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7"},"containers":[{"i)";

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
         [](Universe &universe) { return std::make_unique<DnsSource>(universe, SrvSource::zone()); }},
        {"k8s_dnssrv", "dns srv",
         R"("strategy": "k8s_dnssrv", "config": {"service": "app-headless", "application_name": "app", "namespace": "team"})",
         R"(, "node": "app@app-${N}.app-headless.team.svc.cluster.local")",
         [](Universe &universe) { return std::make_unique<SrvSource>(universe); }},
        kubernetes("k8s, pods", Lookup::pods),
        kubernetes("k8s, endpoints", Lookup::endpoints),
        kubernetes("k8s, endpointslices", Lookup::endpointslices),
        {"rancher", "http rancher", R"("strategy": "rancher", "config": {"node_basename": "app"})", "",
         [](Universe &universe) { return std::make_unique<RancherSource>(universe); }, "", true},
    };
    return all;
}

const std::vector<SourceRow> &source_rows() {
    const Act down = [](Source &source) { source.down(true); };
    const Act up = [](Source &source) { source.down(false); };
    static const std::vector<SourceRow> all{
        {"it is not there at the start, for 5 min", "", 0s, 5min, down, up},
        {"it is gone for an hour", "", 2min, 62min, down, up},
        {"the way to it is cut for an hour", "", 2min, 62min, [](Source &source) { source.silent(true); },
         [](Source &source) { source.silent(false); }},
        of_hosts("a kith is started anew, at once", 2min, R"({"at": "2m", "restart": "app1"})"),
        restarted_in_an_outage(
            "a kith is started anew while it is gone for an hour; by policy.remember it has its links again within a minute",
            true),
        restarted_in_an_outage("the same without policy.remember: it has none until it is back", false),
        of_hosts("a clock is a day ahead for an hour", 62min,
                 R"({"at": "2m", "until": "1h2m", "clock": "1d", "hosts": "app1"})"),
        of_hosts("a clock is a day behind for an hour", 62min,
                 R"({"at": "2m", "until": "1h2m", "clock": "-1d", "hosts": "app1"})"),
        // A pod that was deleted has left, which needs no grace: half of them go, the guard holds the others.
        {"it tells truly of nobody (NOERROR without records), for 5 min", "", 2min, 7min,
         [](Source &source) { source.tell({}); }, tell_all, "pods"},
        {"it leaves one host out for 10 min", "", 2min, 12min, leave_one_out, tell_all, "dns http"},
        {"it leaves one host out for 30 s", "", 2min, 2min + 30s, leave_one_out, tell_all, "pods"},
        {"it tells 5 random ones of 15 each time, for an hour", "dns rancher", 2min, 62min,
         [](Source &source) { source.rotate(5); }, [](Source &source) { source.rotate({}); }, "dns rancher", 15},
        for_ten_minutes("it tells of each twice, for 10 min", "", tell_twice, tell_all),
        besides("it tells of IPv6 addresses too, for 10 min", "a http", {"fd00::1", "fd00::2"}),
        besides("it tells of what is no address, for 10 min", "http", {"10.0.0", std::string(300, 'x')}),
        besides("it tells of names that are too long, for 10 min", "srv",
                {std::string(60, 'a') + "." + std::string(60, 'b') + "." + std::string(60, 'c') + "." + std::string(60, 'd') +
                 ".example"}),
        dns_fails("SERVFAIL", KITH_UNAVAILABLE),
        dns_fails("REFUSED", KITH_DENIED),
        dns_fails("nothing", KITH_TIMED_OUT),
        dns_fails("what is no DNS", KITH_PROTOCOL),
        dns_fails("SERVFAIL to AAAA alone", KITH_UNAVAILABLE, KITH_DNS_AAAA, "dns_poll"),
        {"NXDOMAIN for 5 min", "dns", 2min, 7min, [](Source &source) { dns(source).unknown(); }, tell_all},
        http_status(401),
        http_status(403),
        http_status(404),
        http_status(409),
        http_status(429, "120"),
        http_status(500),
        http_status(503),
        http_answers("half a body", HttpReply().length(1000).say(half).cut()),
        http_answers("a body of 200 MB", HttpReply().length(200'000'000).say(half)),
        http_answers("what is no JSON", HttpReply(200, "<html>")),
        http_answers("JSON of another shape", HttpReply(200, R"({"kind": "PodList", "metadata": 7, "containers": 7})")),
        http_answers("a byte a second (slow-loris)", HttpReply().say("{").endless(" ", 1s)),
        http_answers("no answer at all", HttpReply().mute()),
        http_answers("what is no HTTP", HttpReply().garbage()),
        certificate("a certificate of another authority",
                    {.authority = &another_authority(), .names = {KubernetesSource::name()}}),
        certificate("a certificate for another name",
                    {.authority = &KubernetesSource::authority(), .names = {"somewhere.else"}}),
        certificate("a certificate that has expired",
                    {.authority = &KubernetesSource::authority(), .names = {KubernetesSource::name()}, .expired = true}),
        for_ten_minutes(
            "each watch ends after a second, for 10 min", "k8s",
            [](Source &source) {
                kubernetes(source).api().watch_for(1s);
                kubernetes(source).api().end_watches();
            },
            [](Source &source) { kubernetes(source).api().watch_for(10h); }),
        {"watches go mute for an hour", "k8s", 2min, 62min, [](Source &source) { kubernetes(source).api().bookmarks(false); },
         [](Source &source) { kubernetes(source).api().bookmarks(true); }},
        for_ten_minutes(
            "410 Gone: what it knew is compacted", "k8s",
            [](Source &source) {
                kubernetes(source).api().end_watches();
                kubernetes(source).api().compact();
            },
            [](Source &) {}),
        for_ten_minutes(
            "watching is not allowed, for 10 min", "k8s",
            [](Source &source) {
                kubernetes(source).api().may_watch = false;
                kubernetes(source).api().end_watches();
            },
            [](Source &source) { kubernetes(source).api().may_watch = true; }),
        {"10,000 DELETEs in one second, and those of all hosts; they are back after 5 min", "pods", 12min, 17min,
         [](Source &source) {
             flood_of_pods(source, true);
             source.net().in(5s, [&source] {
                 flood_of_pods(source, false);
                 source.tell({});
             });
         },
         tell_all},
    };
    return all;
}

} // namespace kith::sim::test
