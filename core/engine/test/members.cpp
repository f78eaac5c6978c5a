// SPDX-License-Identifier: MIT
//
// kith.members/1: a sink reads the members of a topology.
#include "scripted_plugin.hpp"

#include <set>

using namespace kith::core;
using namespace kith::core::test;
using namespace std::chrono_literals;

namespace {

struct ReceivedPage {
    std::uint64_t user = 0;
    std::int32_t status = 0;
    std::string text, topology, reason;
    std::uint32_t flags = 0;
    std::uint64_t snapshot = 0, seq = 0, total = 0;
    std::vector<std::string> names;
    std::vector<std::uint32_t> member_flags;
    std::vector<std::string> attributes;
};

// A kith whose sink k records the pages.
struct WithSink : Kith {
    std::vector<ReceivedPage> pages;
    std::function<void(ScriptedPlugin &)> next; // called within the call that brings a page

    WithSink() {
        config.sinks.push_back({"k", "puppet", "{}", {}});
        sink_script().start = [](ScriptedPlugin &p) { return p.sink().subscribe(p.host, 0); };
        sink_script().page = [this](ScriptedPlugin &p, std::uint64_t user, std::int32_t status, std::string why,
                                    const kith_members_page *page) {
            ReceivedPage got;
            got.user = user;
            got.status = status;
            got.text = std::move(why);
            BOOST_TEST((page != nullptr) == (status == KITH_OK));
            if (page != nullptr) {
                got.topology = view(page->topology);
                got.reason = view(page->reason);
                got.flags = page->flags;
                got.snapshot = page->snapshot;
                got.seq = page->seq;
                got.total = page->total;
                for (std::uint32_t i = 0; i < page->count; ++i) {
                    got.names.emplace_back(view(page->members[i].name));
                    got.member_flags.push_back(page->members[i].flags);
                    for (std::uint32_t a = 0; a < page->members[i].attribute_count; ++a) {
                        const kith_attribute &one = page->members[i].attributes[a];
                        got.attributes.push_back(std::string(view(one.name)) + '=' + std::string(view(one.value)));
                    }
                }
            }
            pages.push_back(std::move(got));
            if (next) next(p);
        };
    }
    Script &sink_script() { return scripts["sinks.k"]; }
    ScriptedPlugin &sink() { return *sink_script().now; }
    std::int32_t take(const char *topology, std::uint32_t max, std::uint64_t user = 7) {
        return sink().members().take(sink().host, text(topology), max, user, &op);
    }
    ReceivedPage taken(const char *topology, std::uint32_t max = KITH_MEMBERS_MAX_PAGE) {
        pages.clear();
        BOOST_TEST(take(topology, max) == KITH_OK);
        BOOST_TEST(pages.empty(), "T2: within the call that began it");
        run(1ms);
        BOOST_REQUIRE(pages.size() == 1u);
        return pages.front();
    }
    std::uint64_t op = 0;
};

std::vector<std::string> numbered(int count) {
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i) names.push_back("n" + std::to_string(i) + "@h");
    return names;
}

} // namespace

BOOST_AUTO_TEST_SUITE(members)

BOOST_AUTO_TEST_CASE(a_sink_reads_the_members_with_attributes_and_seq) {
    WithSink kith;
    kith.start();
    kith_attribute zone{text("zone"), text("x")};
    const kith_peer peers[] = {{text("k1"), text("a@h"), &zone, 1, 0, 0}, {text("k2"), text("b@h"), nullptr, 0, 0, 0}};
    kith.strategy().now->discovery().replace(kith.strategy().now->host, peers, 2, sizeof(kith_peer));
    kith.connector().now->attach("me@h", 1);
    const kith_link link{text("a@h"), nullptr, 0, 0};
    kith.connector().now->connector().link_up(kith.connector().now->host, 1, &link);
    kith.run(10ms);

    const ReceivedPage page = kith.taken("t");
    BOOST_TEST(page.user == 7u);
    BOOST_TEST(page.topology == "t");
    BOOST_TEST(page.seq == kith.engine->bus().last_seq());
    BOOST_TEST(page.total == 2u);
    BOOST_TEST(page.flags == KITH_MEMBERS_COMPLETE);
    BOOST_TEST((page.names == std::vector<std::string>{"a@h", "b@h"}));
    BOOST_TEST((page.attributes == std::vector<std::string>{"zone=x"}));
    BOOST_TEST(page.member_flags[0] == (KITH_MEMBER_PRESENT | KITH_MEMBER_LINKED));
    BOOST_TEST(page.member_flags[1] == KITH_MEMBER_PRESENT);

    BOOST_TEST(kith.taken("").topology == "t", "the only topology");
    kith.strategy().now->replace({"a@h"});
    const ReceivedPage after = kith.taken("t");
    BOOST_TEST((after.names == page.names), "a missing peer is a member until its grace is over");
    BOOST_TEST(after.member_flags[1] == 0u);
}

BOOST_AUTO_TEST_CASE(a_set_is_complete_when_every_source_has_reported) {
    WithSink kith;
    kith.config.topologies.front().sources.push_back({"x", "puppet", "{}", true});
    scripts["topologies.t.x"];
    kith.start();
    BOOST_TEST(kith.taken("t").flags == 0u, "an empty set is not the truth before anybody has looked");
    kith.strategy().now->replace({"a@h"});
    ScriptedPlugin &other = *scripts["topologies.t.x"].now;
    other.discovery().failed(other.host, KITH_REFUSED, text("nothing listens"));
    const ReceivedPage page = kith.taken("t");
    BOOST_TEST(page.flags == 0u);
    BOOST_TEST(page.reason == "the source `x` has not reported yet: nothing listens");
    other.replace({});
    BOOST_TEST(kith.taken("t").flags == KITH_MEMBERS_COMPLETE);
    other.discovery().failed(other.host, KITH_REFUSED, text("nothing listens"));
    BOOST_TEST(kith.taken("t").flags == KITH_MEMBERS_COMPLETE, "a stale source keeps its last set");
}

BOOST_AUTO_TEST_CASE(pages_are_of_one_moment) {
    WithSink kith;
    kith.start();
    kith.strategy().now->replace(numbered(2500));
    std::vector<std::string> names;
    std::set<std::uint64_t> seqs;
    kith.next = [&](ScriptedPlugin &p) {
        const ReceivedPage &page = kith.pages.back();
        names.insert(names.end(), page.names.begin(), page.names.end());
        seqs.insert(page.seq);
        if ((page.flags & KITH_MEMBERS_MORE) == 0) return;
        kith.strategy().now->replace(numbered(3000)); // changes between two pages
        BOOST_TEST(p.members().read(p.host, page.snapshot, 1000, 8, &kith.op) == KITH_OK);
    };
    BOOST_TEST(kith.take("t", 1000) == KITH_OK);
    kith.run(10ms);
    BOOST_TEST(kith.pages.size() == 3u);
    BOOST_TEST(kith.pages.back().user == 8u);
    BOOST_TEST((names == numbered(2500)));
    BOOST_TEST(seqs.size() == 1u);
    kith.next = nullptr;
    BOOST_TEST(kith.sink().members().read(kith.sink().host, kith.pages.back().snapshot, 1, 0, &kith.op) == KITH_STALE);
    BOOST_TEST(kith.taken("t", 1).total == 3000u);
    const std::uint64_t first = kith.pages.back().snapshot;
    BOOST_TEST(kith.taken("t", 1).snapshot != first);
    BOOST_TEST(kith.sink().members().read(kith.sink().host, first, 1, 0, &kith.op) == KITH_STALE, "another was taken");
}

BOOST_AUTO_TEST_CASE(calls_that_are_refused) {
    WithSink kith;
    kith.start();
    BOOST_TEST(kith.take("t", 0) == KITH_INVALID);
    BOOST_TEST(kith.take("t", KITH_MEMBERS_MAX_PAGE + 1) == KITH_INVALID);
    BOOST_TEST(kith.take("t", 1) == KITH_OK);
    BOOST_TEST(kith.take("t", 1) == KITH_BUSY);
    kith.run(1ms);
    const ReceivedPage none = kith.taken("absent");
    BOOST_TEST(none.status == KITH_NOT_FOUND);
    BOOST_TEST(none.text == "there is no topology `absent`; there are: `t`");
    BOOST_TEST(kith.sink().members().left_out(kith.sink().host, text("t"), text("a@h"), text("")) == KITH_INVALID);
    // A strategy has no such service: it does not declare it.
    BOOST_TEST((kith.strategy().now->table<kith_members_host>(KITH_MEMBERS) == nullptr));
}

BOOST_AUTO_TEST_CASE(an_empty_name_among_several_topologies) {
    WithSink kith;
    kith.config.topologies.push_back({"u", {{"s", "puppet", "{}", true}}, "c", {}});
    scripts["topologies.u.s"];
    kith.start();
    const ReceivedPage page = kith.taken("");
    BOOST_TEST(page.status == KITH_INVALID);
    BOOST_TEST(page.text == "there are several topologies, so one must be named: `t`, `u`");
    BOOST_TEST(kith.taken("u").topology == "u");
}

BOOST_AUTO_TEST_CASE(a_cancelled_operation_completes_once) {
    WithSink kith;
    kith.start();
    BOOST_TEST(kith.take("t", 1) == KITH_OK);
    BOOST_TEST(kith.sink().host->cancel(kith.sink().host, kith.op) == KITH_OK);
    kith.run(1ms);
    BOOST_REQUIRE(kith.pages.size() == 1u);
    BOOST_TEST(kith.pages[0].status == KITH_CANCELLED);
    BOOST_TEST(kith.sink().host->cancel(kith.sink().host, kith.op) == KITH_STALE);
}

BOOST_AUTO_TEST_CASE(a_stopping_engine_has_no_members_and_refuses_to_list_them) {
    WithSink kith;
    kith.sink_script().start = [](ScriptedPlugin &p) {
        return p.sink().subscribe(p.host, std::uint64_t{1} << KITH_EVENT_TOPOLOGY_STOPPED);
    };
    int batches = 0;
    kith.sink_script().events = [&](ScriptedPlugin &p, std::uint64_t batch, const std::vector<std::string> &) {
        ++batches;
        BOOST_TEST(kith.take("t", 1) == KITH_OK);
        p.sink().taken(p.host, batch);
    };
    bool stopped = false;
    kith.sink_script().stop = [&](ScriptedPlugin &p) {
        stopped = true;
        p.host->stopped(p.host);
    };
    kith.start();
    kith.strategy().now->replace({"a@h"});
    kith.run(1s);
    kith.stop();
    BOOST_TEST(stopped);
    BOOST_REQUIRE(batches == 1);
    BOOST_REQUIRE(kith.pages.size() == 1u);
    BOOST_TEST(kith.pages[0].status == KITH_UNAVAILABLE);
}

BOOST_AUTO_TEST_CASE(an_operation_of_a_sink_that_stops_is_cancelled_first) {
    WithSink kith;
    kith.start();
    std::string order;
    kith.sink_script().stop = [&](ScriptedPlugin &) { order += "stop "; };
    kith.next = [&](ScriptedPlugin &p) {
        order += "page ";
        p.host->stopped(p.host);
    };
    BOOST_TEST(kith.take("t", 1) == KITH_OK);
    kith.sink().host->failed(kith.sink().host, KITH_IO, text("it is broken")); // it is stopped, and started anew
    kith.run(1ms);
    BOOST_TEST(order == "stop page ");
    BOOST_REQUIRE(kith.pages.size() == 1u);
    BOOST_TEST(kith.pages[0].status == KITH_CANCELLED);
    kith.run(10s);
    BOOST_TEST(kith.sink_script().created == 2);
    kith.next = nullptr;
    BOOST_TEST(kith.taken("t").status == KITH_OK);
}

BOOST_AUTO_TEST_CASE(a_peer_that_a_sink_leaves_out_is_a_security_warning) {
    WithSink kith;
    kith.start();
    BOOST_TEST(kith.sink().members().left_out(kith.sink().host, text("t"), text("a\"@h"), text("its name has a quote")) ==
               KITH_OK);
    const auto reasons = kith.reasons(KITH_EVENT_SECURITY_WARNING);
    BOOST_REQUIRE(reasons.size() == 1u);
    BOOST_TEST(reasons[0] == "sinks.k leaves it out: its name has a quote");
    BOOST_TEST(contains(kith.events().back(), R"("topology":"t","peer":"a\"@h")"));
}

BOOST_AUTO_TEST_SUITE_END()
