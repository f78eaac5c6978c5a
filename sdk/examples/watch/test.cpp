// etcd in a simulation: lists and watches, what ends a watch, what is not etcd, and a failure of each service call.
#include <kith/base64.hpp>
#include <kith/testkit/fail_each.hpp>
#include <kith/testkit/http_server.hpp>
#include <kith/testkit/plugin_harness.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

extern "C" const kith_entry kith_plugin_entry_strategy_etcd;

#define CHECK(what) check(what, #what, __LINE__)

namespace {

using namespace kith::testkit;
using namespace std::chrono_literals;

void check(bool good, const char *what, int line) {
    if (good) return;
    std::fprintf(stderr, "test.cpp:%d: failed: %s\n", line, what);
    std::exit(1);
}

std::string pair(const std::string &key, const std::string &value) {
    return R"({"key":")" + kith::base64_encode("/c/" + key) + R"(","value":")" + kith::base64_encode(value) +
           R"(","lease":"7"})";
}
std::string message(const std::string &events) {
    return R"({"result":{"header":{"revision":"9"},"events":[)" + events + "]}}\n";
}
const std::string created = R"({"result":{"header":{"revision":"8"},"created":true}})"
                            "\n";
const std::string put_c = R"({"kv":)" + pair("c", "c@h") + "}";
const std::string delete_a = R"({"type":"DELETE","kv":{"key":")" + kith::base64_encode("/c/a") + R"("}})";

// An etcd whose list has a and b, and whose watches the test feeds.
struct Etcd {
    explicit Etcd(SimNet &net) : server(net.machine("etcd", {"10.0.0.2"}), 2379) {
        list(pair("a", "a@h") + "," + pair("b", "b@h"));
        server.route("/v3/watch", [this](const HttpAsked &) {
            feed = std::make_shared<HttpFeed>();
            return HttpReply().send(created).live(feed);
        });
    }
    void list(const std::string &pairs) {
        server.route("/v3/kv/range", HttpReply(200, R"({"header":{"revision":"7"},"kvs":[)" + pairs + R"(],"count":"2"})"));
    }
    std::size_t asked(std::string_view target) const {
        std::size_t out = 0;
        for (const auto &one : server.asked()) out += one.target == target ? 1 : 0;
        return out;
    }
    std::size_t lists() const { return asked("/v3/kv/range"); }
    std::size_t watches() const { return asked("/v3/watch"); }

    HttpServer server;
    std::shared_ptr<HttpFeed> feed;
};

struct Site {
    SimNet net{1};
    SimulatedMachine &here = net.machine("here", {"10.0.0.1"});
    Etcd etcd{net};
    PluginHarness harness{here, kith_plugin_entry_strategy_etcd, "etcd", R"({"url": "http://etcd:2379", "prefix": "/c/"})"};

    Site() {
        CHECK(harness.start() == KITH_OK);
        CHECK(harness.run_until([&] { return etcd.feed && watching(); }));
        CHECK(names() == "a@h b@h");
    }
    ~Site() {
        CHECK(harness.stop());
        for (const auto &rule : harness.violations()) std::fprintf(stderr, "%s\n", rule.c_str());
        CHECK(harness.violations().empty());
    }
    std::string names() const {
        std::vector<std::string> sorted;
        for (const auto &peer : harness.peers()) sorted.push_back(peer.name);
        std::sort(sorted.begin(), sorted.end());
        std::string out;
        for (const auto &name : sorted) out += (out.empty() ? "" : " ") + name;
        return out;
    }
    bool becomes(std::string_view expected) {
        return harness.run_until([&] { return names() == expected; });
    }
    bool watching() const {
        bool out = false;
        for (const auto &one : harness.observations())
            if (one.kind == Observation::Kind::watching) out = one.in_sync;
        return out;
    }
    std::size_t failures() const {
        std::size_t out = 0;
        for (const auto &one : harness.observations()) out += one.kind == Observation::Kind::failed ? 1 : 0;
        return out;
    }
};

void a_watch_reports_changes() {
    Site site;
    CHECK(site.etcd.server.asked().back().body.find(R"("start_revision":8)") != std::string::npos);
    const std::string bytes = message(put_c) + message(delete_a);
    for (const char one : bytes) site.etcd.feed->send({&one, 1}); // however it is cut
    CHECK(site.becomes("b@h c@h"));
    CHECK(site.harness.observations().back().missing == std::vector<std::string>{"/c/a"});
    site.etcd.feed->send(message(R"({"kv":)" + pair("b", "\xff") + "}")); // not a name any more
    CHECK(site.becomes("c@h"));
    site.etcd.feed->send(message(R"({"kv":)" + pair("b", "b@h") + "}," + put_c + R"(,{"type":"DELETE","kv":{"key":")" +
                                 kith::base64_encode("/c/c") + R"("}})"));
    CHECK(site.becomes("b@h")); // the last change of a key counts
    CHECK(site.etcd.lists() == 1);
}

void a_quiet_watch_lives_until_the_next_list_and_a_busy_one_as_long() {
    Site site;
    site.harness.run_for(290s);
    CHECK(site.etcd.lists() == 1 && site.watching());
    for (int i = 0; i < 70; ++i) { // more than the default of max_body
        site.etcd.feed->send(std::string(1'000'000, ' '));
        site.harness.run_for(100ms);
    }
    site.etcd.feed->send(message(put_c));
    CHECK(site.becomes("a@h b@h c@h") && site.etcd.lists() == 1);
    CHECK(site.harness.run_until([&] { return site.etcd.watches() == 2; }));
    CHECK(site.etcd.lists() == 2 && site.failures() == 0);
}

void refresh_lists_again_at_once() {
    Site site;
    site.etcd.list(pair("d", "d@h"));
    const auto before = site.net.now();
    site.harness.refresh();
    CHECK(site.becomes("d@h") && site.net.now() - before < 100ms);
    CHECK(site.harness.run_until([&] { return site.etcd.watches() == 2; }) && site.failures() == 0);
    site.etcd.feed->send(message(put_c));
    CHECK(site.becomes("c@h d@h"));
}

void whatever_ends_a_watch_all_is_listed_again() {
    const std::string long_ago = R"({"result":{"header":{"revision":"9"},"canceled":true,"compact_revision":"8"}})";
    using End = void (*)(HttpFeed &);
    for (const End end :
         {End([](HttpFeed &feed) { feed.end(); }), End([](HttpFeed &feed) { feed.cut(); }),
          End([](HttpFeed &feed) { feed.reset(); }), End([](HttpFeed &feed) { feed.send(R"({"error":{"code":14}})"); }),
          End([](HttpFeed &feed) { feed.send("]\n"); }),
          End([](HttpFeed &feed) { feed.send(message(R"({"kv":{"key":"?"}})")); })}) {
        Site site;
        end(*site.etcd.feed);
        CHECK(site.harness.run_until([&] { return site.etcd.watches() == 2; }, 2s) && site.failures() == 0);
        CHECK(site.becomes("a@h b@h") && site.harness.logged("the watch has ended"));
    }
    Site site;
    site.etcd.feed->send(long_ago);
    CHECK(site.harness.run_until([&] { return site.etcd.watches() == 2; }, 2s));
}

void a_list_that_failed_keeps_the_peers() {
    Site site;
    const auto fails = [&](const HttpReply &reply, std::int32_t status, std::string_view text) {
        site.etcd.server.route("/v3/kv/range", reply);
        site.harness.refresh();
        const auto before = site.failures();
        CHECK(site.harness.run_until([&] { return site.failures() > before; }));
        const auto &all = site.harness.observations();
        const auto seen =
            std::find_if(all.rbegin(), all.rend(), [](const auto &one) { return one.kind == Observation::Kind::failed; });
        if (seen->text != text) std::fprintf(stderr, "%s\n", seen->text.c_str());
        CHECK(seen->status == status && seen->text == text && site.names() == "a@h b@h");
    };
    const std::string request = "POST http://etcd:2379/v3/kv/range: ";
    fails(HttpReply(404), KITH_NOT_FOUND, request + "the server answered 404");
    fails(HttpReply(503).field("Retry-After", "2"), KITH_UNAVAILABLE, request + "the server answered 503");
    fails(HttpReply(200, "{}"), KITH_PROTOCOL, request + "expected a revision");
    fails(HttpReply(200, "<html>"), KITH_PROTOCOL, request + "it is not JSON (expected a value at byte 0)");
    fails(HttpReply(200, R"({"header":{"revision":"7"},"kvs":[{"key":"Lw==","value":"*"}]})"), KITH_PROTOCOL,
          request + "expected base64 at kvs[0].value");
    site.etcd.list("");
    site.harness.refresh();
    CHECK(site.becomes("")); // no key has the prefix
}

void a_day(SimNet &net) {
    auto &here = net.machine("here", {"10.0.0.1"});
    Etcd etcd(net);
    PluginHarness harness(here, kith_plugin_entry_strategy_etcd, "etcd", R"({"url": "http://etcd:2379", "prefix": "/c/"})");
    if (harness.start() == KITH_OK) {
        harness.run_for(10s);
        if (etcd.feed) etcd.feed->send(message(put_c));
        harness.run_for(10s);
        if (harness.running()) harness.refresh();
        harness.run_for(70s);
        if (net.fault().empty()) CHECK(harness.peers().size() == 2); // listed again, without c
        if (harness.running()) harness.stop();
    }
    for (const auto &rule : harness.violations()) std::fprintf(stderr, "%s\n", rule.c_str());
    CHECK(harness.violations().empty());
}

} // namespace

int main() {
    a_watch_reports_changes();
    a_quiet_watch_lives_until_the_next_list_and_a_busy_one_as_long();
    refresh_lists_again_at_once();
    whatever_ends_a_watch_all_is_listed_again();
    a_list_that_failed_keeps_the_peers();
    SimNet net(1);
    a_day(net);
    CHECK(fail_each(a_day) > 10);
}
