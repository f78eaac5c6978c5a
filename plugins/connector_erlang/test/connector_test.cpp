// SPDX-License-Identifier: MIT
//
// The whole connector in a simulated world, against a node and an EPMD that are played.
#define BOOST_TEST_MODULE connector_erlang
#include "fake_beam.hpp"

#include <kith/testkit/fail_each.hpp>
#include <kith/testkit/rig.hpp>

#include <boost/test/unit_test.hpp>

extern "C" const kith_entry kith_plugin_entry_connector_erlang;

using namespace kith::erlang;
using namespace kith::erlang::test;
using namespace std::chrono_literals;
using kith::testkit::Report;
using kith::testkit::Rig;
using kith::testkit::SimNet;
using Kind = Report::Kind;

namespace {

constexpr const char *app = "app@10.0.0.7";

struct World {
    World() {
        here.env("HOME", "/home/app");
        here.file("/home/app/.erlang.cookie", "secret\n", {0400, 1000, 1000});
        epmd.add("app", 40000);
    }

    SimNet net;
    Machine &here = net.machine("here", {"10.0.0.7"});
    Machine &there = net.machine("there", {"10.0.0.8"});
    FakeEpmd epmd{here};
    FakeBeam beam{here, app, "secret", 40000};
};

struct Attached : World {
    explicit Attached(std::string_view options = R"({"node": "app@10.0.0.7"})")
        : rig(here, kith_plugin_entry_connector_erlang, "erlang", options, {"", "", "beam"}) {}
    ~Attached() {
        for (const auto &broken : rig.violations()) BOOST_ERROR(broken);
    }

    void attach() {
        BOOST_REQUIRE(rig.start() == KITH_OK);
        BOOST_REQUIRE_MESSAGE(rig.run_until([this] { return rig.attached(); }), reason());
    }

    /// Start, and tell why it does not attach.
    Report detached() {
        BOOST_REQUIRE(rig.start() == KITH_OK);
        return next_detached(0);
    }
    Report next_detached(std::size_t after) {
        const auto count = [this] { return of(Kind::detached).size(); };
        BOOST_REQUIRE(rig.run_until([&] { return count() > after; }));
        return of(Kind::detached).back();
    }

    std::vector<Report> of(Kind kind) const {
        std::vector<Report> some;
        for (const Report &report : rig.reports())
            if (report.kind == kind) some.push_back(report);
        return some;
    }
    std::string reason() const {
        const auto some = of(Kind::detached);
        return some.empty() ? "nothing was said" : some.back().text;
    }

    Report join(const std::string &name, kith::testkit::Pairs attributes = {}) {
        const auto op = rig.connect({name, name, std::move(attributes), {}});
        return ended(op);
    }
    Report part(const std::string &name) {
        const auto op = rig.disconnect({name, name, {}, {}});
        return ended(op);
    }
    Report ended(std::uint64_t op) {
        BOOST_REQUIRE(op != 0);
        const Report *report = rig.await_done(op);
        if (report == nullptr) throw std::runtime_error("it was not done in time");
        return *report;
    }
    std::vector<std::string> links() const { return rig.links(); }

    Rig rig;
};

bool has(const std::string &text, std::string_view part) { return text.find(part) != std::string::npos; }

using Names = std::vector<std::string>;

} // namespace

// ---- finding and entering the node ----

BOOST_AUTO_TEST_SUITE(attaching)

BOOST_FIXTURE_TEST_CASE(it_tells_the_node_and_its_links, Attached) {
    beam.link("b@h");
    beam.link("c@h", true);
    attach();
    BOOST_TEST(rig.attached_node() == app);
    BOOST_TEST(rig.epoch() == 1u);
    BOOST_TEST((links() == Names{"b@h", "c@h"}));
    const auto told = of(Kind::links).front().links;
    for (const auto &link : told) {
        BOOST_REQUIRE_EQUAL(link.attributes.size(), 1u);
        BOOST_TEST(link.attributes[0].first == "type");
        BOOST_TEST(link.attributes[0].second == (link.name == "c@h" ? "hidden" : "visible"));
    }
    BOOST_TEST(rig.stop());
    BOOST_TEST(here.open_streams() == 0u);
}

BOOST_FIXTURE_TEST_CASE(it_enters_under_a_name_of_its_own, Attached) {
    attach();
    BOOST_REQUIRE_EQUAL(beam.names.size(), 1u);
    BOOST_TEST(beam.names[0].starts_with("kith-"));
    BOOST_TEST(beam.names[0].ends_with("@10.0.0.7"));
    // The relay's own start, and with it everything else, prints to the node's user process.
    BOOST_TEST(beam.group_leaders.front() == beam.names[0]);
    (void)join("b@10.0.0.8");
    BOOST_TEST(beam.group_leaders.back() == "leader@h");
}

BOOST_AUTO_TEST_CASE(two_kiths_do_not_evict_each_other) {
    Attached one;
    Rig other(one.here, kith_plugin_entry_connector_erlang, "erlang", R"({"node": "app@10.0.0.7"})", {"", "", "beam2"});
    one.attach();
    BOOST_REQUIRE(other.start() == KITH_OK);
    BOOST_REQUIRE(other.run_until([&] { return other.attached(); }));
    one.rig.run_for(2min);
    BOOST_TEST(one.rig.attached());
    BOOST_TEST(other.attached());
    BOOST_TEST(one.rig.epoch() == 1u);
    BOOST_TEST(one.beam.names[0] != one.beam.names[1]);
    BOOST_TEST(one.links().empty()); // neither is a link
    BOOST_TEST(other.links().empty());
}

BOOST_AUTO_TEST_CASE(the_only_node_of_epmd_needs_no_option) {
    Attached it("{}");
    it.epmd.add("kith-0123456789abcdef", 1);
    it.epmd.add("rem-12ab", 2);
    it.attach();
    BOOST_TEST(it.rig.attached_node() == app);
}

BOOST_AUTO_TEST_CASE(release_node_names_it) {
    Attached it("{}");
    it.epmd.add("other", 40001);
    it.here.env("RELEASE_NODE", "app");
    it.attach();
    BOOST_TEST(it.rig.attached_node() == app);
}

BOOST_AUTO_TEST_CASE(a_port_needs_no_epmd) {
    Attached it(R"({"node": "app@elsewhere", "address": "10.0.0.7", "port": 40000})");
    FakeBeam other(it.here, "app@elsewhere", "secret", 40009);
    it.epmd.peer().stop_listening();
    const Report why = it.detached(); // app@10.0.0.7 is there, and was not asked for
    BOOST_TEST(why.status == KITH_NOT_FOUND);
    BOOST_TEST(has(why.text, "another node answers there: app@10.0.0.7"));
    Attached good(R"({"node": "app@10.0.0.7", "port": 40000})");
    good.epmd.peer().stop_listening();
    good.attach();
}

BOOST_AUTO_TEST_CASE(the_port_of_epmd) {
    for (const bool by_option : {true, false}) {
        Attached it(by_option ? R"({"node": "app@10.0.0.7", "epmd_port": 5000})" : R"({"node": "app@10.0.0.7"})");
        FakeEpmd other(it.here, 5000);
        other.add("app", 40000);
        it.epmd.peer().stop_listening();
        if (!by_option) it.here.env("ERL_EPMD_PORT", "5000");
        it.attach();
    }
    Attached bad;
    bad.here.env("ERL_EPMD_PORT", "70000");
    BOOST_TEST(bad.rig.start() == KITH_INVALID);
    BOOST_TEST(has(bad.rig.error(), "ERL_EPMD_PORT"));
}

BOOST_AUTO_TEST_SUITE_END()

// ---- each bad day of the node has its own reason ----

BOOST_AUTO_TEST_SUITE(bad_days_of_the_node)

BOOST_FIXTURE_TEST_CASE(it_is_down, Attached) {
    epmd.remove("app");
    epmd.add("other", 1);
    const Report why = detached();
    BOOST_TEST(why.status == KITH_NOT_FOUND);
    BOOST_TEST(has(why.text, "EPMD on 10.0.0.7:4369 does not know the name app"));
    BOOST_TEST(has(why.text, "it knows: other"));
    rig.run_for(1min);
    BOOST_TEST(of(Kind::detached).size() == 1u); // said once
    epmd.add("app", 40000);
    BOOST_TEST(rig.run_until([this] { return rig.attached(); }, 5s));
}

BOOST_FIXTURE_TEST_CASE(it_is_starting, Attached) {
    beam.die();
    const Report why = detached();
    BOOST_TEST(why.status == KITH_REFUSED);
    BOOST_TEST(has(why.text, "nobody listens on 10.0.0.7:40000"));
}

BOOST_FIXTURE_TEST_CASE(epmd_is_down, Attached) {
    epmd.peer().stop_listening();
    const Report why = detached();
    BOOST_TEST(why.status == KITH_REFUSED);
    BOOST_TEST(has(why.text, "no EPMD listens on 10.0.0.7:4369"));
}

BOOST_FIXTURE_TEST_CASE(epmd_is_mute, Attached) {
    epmd.peer().on_accept([](Conversation &) {});
    const Report why = detached();
    BOOST_TEST(why.status == KITH_TIMED_OUT);
    BOOST_TEST(has(why.text, "EPMD on 10.0.0.7:4369 accepts connections and stays mute"));
}

BOOST_FIXTURE_TEST_CASE(what_answers_is_no_epmd, Attached) {
    epmd.peer().on_accept([](Conversation &c) {
        c.send("SSH-2.0-OpenSSH\r\n");
        c.close();
    });
    const Report why = detached();
    BOOST_TEST(why.status == KITH_PROTOCOL);
    BOOST_TEST(has(why.text, "is no EPMD"));
}

BOOST_AUTO_TEST_CASE(two_nodes_in_epmd) {
    Attached it("{}");
    it.epmd.add("other", 40001);
    const Report why = it.detached();
    BOOST_TEST(why.status == KITH_INVALID);
    BOOST_TEST(has(why.text, "lists 2 nodes: app, other; say in option node which one to drive"));
}

BOOST_AUTO_TEST_CASE(no_node_in_epmd) {
    Attached it("{}");
    it.epmd.remove("app");
    const Report why = it.detached();
    BOOST_TEST(why.status == KITH_NOT_FOUND);
    BOOST_TEST(has(why.text, "lists no node"));
}

BOOST_AUTO_TEST_CASE(its_host_does_not_resolve) {
    Attached it(R"({"node": "app@nowhere"})");
    const Report why = it.detached();
    BOOST_TEST(why.status == KITH_UNRESOLVED);
    BOOST_TEST(has(why.text, "the host name nowhere does not resolve; option address"));
}

BOOST_AUTO_TEST_CASE(the_cookie_is_wrong) {
    Attached it(R"({"node": "app@10.0.0.7", "cookie": "not-it"})");
    const Report why = it.detached();
    BOOST_TEST(why.status == KITH_UNAUTHORIZED);
    BOOST_TEST(has(why.text, "does not accept our cookie"));
    it.rig.run_for(10min);
    BOOST_TEST(it.of(Kind::detached).size() == 1u);
    BOOST_TEST(it.beam.peer().accepted() < 35u); // each is a line in the node's log
    BOOST_TEST(!it.rig.logged("not-it"));
}

BOOST_FIXTURE_TEST_CASE(it_accepts_and_stays_mute, Attached) {
    beam.mute = true;
    const Report why = detached();
    BOOST_TEST(why.status == KITH_TIMED_OUT);
    BOOST_TEST(has(why.text, "stays mute"));
    BOOST_TEST((why.at < 10s));
}

BOOST_FIXTURE_TEST_CASE(it_does_not_allow_us, Attached) {
    beam.status = "not_allowed";
    const Report why = detached();
    BOOST_TEST(why.status == KITH_DENIED);
    BOOST_TEST(has(why.text, "net_kernel:allow/1"));
}

BOOST_FIXTURE_TEST_CASE(it_does_not_answer_any_more, Attached) {
    attach();
    beam.hangs = true;
    const Report why = next_detached(0);
    BOOST_TEST(why.status == KITH_TIMED_OUT);
    BOOST_TEST(has(why.text, "takes messages and does not answer"));
    beam.hangs = false;
    BOOST_TEST(rig.run_until([this] { return rig.attached(); }));
    BOOST_TEST(rig.epoch() == 2u);
}

BOOST_FIXTURE_TEST_CASE(it_sends_rubbish, Attached) {
    attach();
    beam.send_all(bytes({0, 0, 0, 2, 131, 68}));
    const Report why = next_detached(0);
    BOOST_TEST(why.status == KITH_PROTOCOL);
    BOOST_TEST(has(why.text, "sent what cannot be read"));
}

BOOST_FIXTURE_TEST_CASE(it_sends_too_much, Attached) {
    attach();
    beam.send_all(bytes({0x7f, 0, 0, 0}));
    const Report why = next_detached(0);
    BOOST_TEST(why.status == KITH_LIMIT);
    BOOST_TEST(has(why.text, "max_frame"));
}

// What the node's port is served by collects our challenge, and hands it back when we come again.
BOOST_FIXTURE_TEST_CASE(what_listens_there_reflects_our_challenge, Attached) {
    FakeBeam rogue(here, app, "does-not-know-it", 40666);
    epmd.add("app", 40666);
    const Report first = detached();
    BOOST_TEST(first.status == KITH_UNAUTHORIZED);
    BOOST_REQUIRE(rogue.their_challenge.has_value());
    rogue.fixed_challenge = rogue.their_challenge;
    rogue.their_challenge.reset();
    const Report second = next_detached(1);
    BOOST_TEST(second.status == KITH_UNAUTHORIZED);
    BOOST_TEST(has(second.text, "an attack"));
    BOOST_TEST(!rogue.their_challenge.has_value()); // it got no answer
}

BOOST_FIXTURE_TEST_CASE(it_restarts, Attached) {
    beam.link("b@h");
    attach();
    FakeBeam *node = &beam;
    std::vector<std::unique_ptr<FakeBeam>> incarnations;
    for (std::uint64_t epoch = 2; epoch < 5; ++epoch) {
        const std::size_t before = of(Kind::detached).size();
        node->die();
        epmd.remove("app");
        const Report lost = next_detached(before);
        BOOST_TEST(lost.status == KITH_RESET);
        BOOST_TEST(has(lost.text, "restarts"));
        BOOST_TEST(next_detached(before + 1).status == KITH_NOT_FOUND);
        const auto port = static_cast<std::uint16_t>(41000 + epoch);
        node = incarnations.emplace_back(std::make_unique<FakeBeam>(here, app, "secret", port)).get();
        node->link("c@h");
        epmd.add("app", port);
        BOOST_REQUIRE(rig.run_until([&] { return rig.attached() && rig.epoch() == epoch; }, 5s));
        BOOST_TEST((links() == Names{"c@h"}));
    }
    BOOST_TEST(of(Kind::detached).size() == 6u);
}

BOOST_AUTO_TEST_CASE(it_is_renamed) {
    Attached it("{}");
    it.attach();
    BOOST_TEST(it.rig.attached_node() == app);
    it.beam.die();
    it.epmd.remove("app");
    FakeBeam renamed(it.here, "new@10.0.0.7", "secret", 40001);
    it.epmd.add("new", 40001);
    BOOST_REQUIRE(it.rig.run_until([&] { return it.rig.attached() && it.rig.epoch() == 2; }, 10s));
    BOOST_TEST(it.rig.attached_node() == "new@10.0.0.7");
    BOOST_TEST(it.rig.logged("another name"));
}

BOOST_FIXTURE_TEST_CASE(nothing_is_done_while_it_is_away, Attached) {
    epmd.remove("app");
    (void)detached();
    BOOST_TEST(join("b@10.0.0.8").status == KITH_UNAVAILABLE);
    BOOST_TEST(part("b@10.0.0.8").status == KITH_UNAVAILABLE);
}

BOOST_FIXTURE_TEST_CASE(it_goes_while_a_peer_is_joined, Attached) {
    beam.functions["net_kernel:connect_node"] = [](etf::Term) { return std::nullopt; };
    attach();
    const auto op = rig.connect({"b@h", "b@h", {}, {}});
    rig.run_for(1s);
    beam.die();
    const Report report = ended(op);
    BOOST_TEST(report.status == KITH_RESET);
    BOOST_TEST(has(report.text, "the connection to app@10.0.0.7 is lost"));
}

BOOST_AUTO_TEST_SUITE_END()

// ---- the cookie ----

BOOST_AUTO_TEST_SUITE(cookies)

BOOST_AUTO_TEST_CASE(where_it_comes_from) {
    {
        Attached it(R"({"node": "app@10.0.0.7", "cookie": "secret"})");
        it.here.remove("/home/app/.erlang.cookie");
        it.here.env("RELEASE_COOKIE", "other");
        it.attach();
    }
    {
        Attached it(R"({"node": "app@10.0.0.7", "cookie_file": "/run/cookie"})");
        it.here.file("/home/app/.erlang.cookie", "other", {0400, 1000, 1000});
        it.here.file("/run/cookie", "secret", {0400, 1000, 1000});
        it.attach();
    }
    {
        Attached it;
        it.here.file("/home/app/.erlang.cookie", "other", {0400, 1000, 1000});
        it.here.env("RELEASE_COOKIE", "secret");
        it.attach();
    }
    {
        Attached it;
        it.here.remove("/home/app/.erlang.cookie");
        it.here.file("/xdg/erlang/.erlang.cookie", "secret", {0400, 1000, 1000});
        it.here.env("XDG_CONFIG_HOME", "/xdg");
        it.attach();
    }
    {
        Attached it;
        it.here.remove("/home/app/.erlang.cookie");
        it.here.file("/home/app/.config/erlang/.erlang.cookie", "secret", {0400, 1000, 1000});
        it.attach();
    }
}

BOOST_FIXTURE_TEST_CASE(none, Attached) {
    here.remove("/home/app/.erlang.cookie");
    const Report why = detached();
    BOOST_TEST(why.status == KITH_UNAUTHORIZED);
    BOOST_TEST(has(why.text, "/home/app/.erlang.cookie, /home/app/.config/erlang/.erlang.cookie"));
}

BOOST_FIXTURE_TEST_CASE(a_file_that_others_can_read, Attached) {
    here.file("/home/app/.erlang.cookie", "secret", {0440, 1000, 1000});
    const Report why = detached();
    BOOST_TEST(why.status == KITH_DENIED);
    BOOST_TEST(has(why.text, "chmod 400 /home/app/.erlang.cookie"));
    here.file("/home/app/.erlang.cookie", "secret", {0400, 1000, 1000}); // read anew each time
    BOOST_TEST(rig.run_until([this] { return rig.attached(); }, 5s));
}

BOOST_AUTO_TEST_CASE(a_file_without_a_cookie) {
    for (const std::string &content :
         {std::string(), std::string("\n"), std::string("two\nlines"), std::string(300, 'x'), std::string("a\x01")}) {
        Attached it;
        it.here.file("/home/app/.erlang.cookie", content, {0400, 1000, 1000});
        BOOST_TEST(it.detached().status == KITH_INVALID);
    }
}

BOOST_AUTO_TEST_CASE(of_each_peer) {
    for (const char *cookies :
         {R"({"b@10.0.0.8": "secret-of-b"})", R"("secret-of-b")", R"({"x@h": "x", "*": "secret-of-b"})"}) {
        Attached it(R"({"node": "app@10.0.0.7", "peer_cookies": )" + std::string(cookies) + "}");
        std::string set;
        it.beam.functions["erlang:set_cookie"] = [&set](etf::Term arguments) {
            set = etf::to_text(arguments);
            return term("true");
        };
        it.beam.reachable.insert("b@10.0.0.8");
        it.attach();
        BOOST_TEST(it.join("b@10.0.0.8").status == KITH_OK);
        BOOST_TEST(set == "['b@10.0.0.8','secret-of-b']");
        BOOST_TEST(it.beam.calls[it.beam.calls.size() - 2] == "erlang:set_cookie");
        BOOST_TEST(!it.rig.logged("secret-of-b"));
    }
    Attached other(R"({"node": "app@10.0.0.7", "peer_cookies": {"x@h": "x"}})");
    other.attach();
    (void)other.join("b@10.0.0.8");
    BOOST_TEST(other.beam.called("erlang:set_cookie") == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

// ---- joining and parting ----

BOOST_AUTO_TEST_SUITE(joining)

BOOST_FIXTURE_TEST_CASE(a_peer_is_joined_and_parted, Attached) {
    beam.reachable.insert("b@10.0.0.8");
    attach();
    BOOST_TEST(join("b@10.0.0.8").status == KITH_OK);
    BOOST_TEST(rig.run_until([this] { return links() == Names{"b@10.0.0.8"}; }, 1s));
    BOOST_TEST(join("b@10.0.0.8").status == KITH_OK); // again
    BOOST_TEST(part("b@10.0.0.8").status == KITH_OK);
    BOOST_TEST(rig.run_until([this] { return links().empty(); }, 1s));
    BOOST_TEST(of(Kind::link_down).back().text == "disconnect");
    BOOST_TEST(part("b@10.0.0.8").status == KITH_OK); // it was not linked
    BOOST_TEST(of(Kind::link_up).size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(false_is_asked_once_more, Attached) {
    int asked = 0;
    beam.functions["net_kernel:connect_node"] = [&asked](etf::Term) { return term(++asked == 1 ? "false" : "true"); };
    attach();
    BOOST_TEST(join("b@10.0.0.8").status == KITH_OK);
    BOOST_TEST(asked == 2);
}

BOOST_AUTO_TEST_CASE(good_and_bad_answers) {
    const auto answer = [](const std::string &value,
                           const char *options = R"({"node": "app@10.0.0.7", "connect": ["m", "f", []]})") {
        Attached it(options);
        it.beam.functions["m:f"] = it.beam.functions["net_kernel:connect_node"] = [&value](etf::Term) { return term(value); };
        it.attach();
        return it.join("b@10.0.0.8");
    };
    for (const char *good : {"true", "ok", "{ok,pid}"}) BOOST_TEST(answer(good).status == KITH_OK);
    const Report failed = answer("{error,no_way}");
    BOOST_TEST(failed.status == KITH_UNAVAILABLE);
    BOOST_TEST(failed.text == "m:f/1 for b@10.0.0.8 returned {error,no_way}");
    BOOST_TEST(answer("false").text == "m:f/1 for b@10.0.0.8 returned false");
    const Report ignored = answer("ignored", R"({"node": "app@10.0.0.7"})");
    BOOST_TEST(ignored.status == KITH_UNAVAILABLE);
    BOOST_TEST(has(ignored.text, "is not distributed any more"));
}

BOOST_AUTO_TEST_CASE(a_function_that_fails_or_is_not_there) {
    Attached it(R"({"node": "app@10.0.0.7", "connect": ["m", "f", []]})");
    it.attach();
    BOOST_TEST(it.join("b@h").text == "m:f/1 for b@h failed with undef");
}

BOOST_AUTO_TEST_CASE(modules_and_arguments_as_elixir_writes_them) {
    Attached it(
        R"({"node": "app@10.0.0.7", "connect": ["MyApp.Cluster", ":join", [1, true, null, "atom", {"binary": "b"}, {"string": "s"}, [2, []]]]})");
    std::string arguments;
    it.beam.functions["Elixir.MyApp.Cluster:join"] = [&arguments](etf::Term list) {
        arguments = etf::to_text(list);
        return term("ok");
    };
    it.attach();
    BOOST_TEST(it.join("b@h").status == KITH_OK);
    BOOST_TEST(arguments == "[1,true,nil,atom,<<\"b\">>,[115],[2,[]],b@h]");
    Attached bad(R"({"connect": ["m", "f", [{"tuple": 1}]]})");
    BOOST_TEST(bad.rig.start() == KITH_INVALID);
    BOOST_TEST(has(bad.rig.error(), "/connect/2/0"));
}

BOOST_FIXTURE_TEST_CASE(a_call_that_does_not_return_is_ended, Attached) {
    beam.functions["net_kernel:connect_node"] = [](etf::Term) { return std::nullopt; };
    attach();
    const auto begun = net.now();
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_TIMED_OUT);
    BOOST_TEST(has(report.text, "net_kernel:connect_node in app@10.0.0.7 did not return within 8000 ms"));
    BOOST_TEST((report.at - begun < 9s));
    rig.run_for(1s);
    BOOST_TEST(beam.kills == 1u);
}

BOOST_FIXTURE_TEST_CASE(the_host_gives_up, Attached) {
    beam.functions["net_kernel:connect_node"] = [](etf::Term) { return std::nullopt; };
    attach();
    const auto op = rig.connect({"b@h", "b@h", {}, {}});
    rig.run_for(1s);
    rig.cancel(op);
    BOOST_TEST(ended(op).status == KITH_CANCELLED);
    rig.run_for(1s);
    BOOST_TEST(beam.kills == 1u);
    BOOST_TEST(rig.attached());
}

BOOST_FIXTURE_TEST_CASE(many_at_once, Attached) {
    for (int i = 0; i < 500; ++i) beam.reachable.insert("n" + std::to_string(i) + "@h");
    attach();
    std::vector<std::uint64_t> ops;
    for (const auto &name : beam.reachable) ops.push_back(rig.connect({name, name, {}, {}}));
    for (const auto op : ops) BOOST_TEST(ended(op).status == KITH_OK);
    BOOST_TEST(rig.run_until([this] { return links().size() == 500; }, 1s));
}

BOOST_FIXTURE_TEST_CASE(names_that_are_none, Attached) {
    attach();
    for (const std::string &name :
         {std::string("app"), std::string("@h"), std::string("a@"), std::string("a@b@c"), std::string(300, 'x') + "@h"}) {
        const Report report = join(name);
        BOOST_TEST(report.status == KITH_INVALID);
    }
    BOOST_TEST(beam.called("net_kernel:connect_node") == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

// ---- why a peer cannot be joined ----

struct Probing : Attached {
    Probing() : far(there), peer(there, "b@10.0.0.8", "secret", 40000) {
        far.add("b", 40000);
        attach();
    }
    FakeEpmd far;
    FakeBeam peer;
};

BOOST_FIXTURE_TEST_SUITE(why, Probing)

BOOST_AUTO_TEST_CASE(its_host_does_not_resolve) {
    const Report report = join("b@nowhere");
    BOOST_TEST(report.status == KITH_UNRESOLVED);
    BOOST_TEST(report.text == "app@10.0.0.7 could not join b@nowhere: the host name nowhere does not resolve");
}

BOOST_AUTO_TEST_CASE(its_epmd_is_down) {
    far.peer().stop_listening();
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_REFUSED);
    BOOST_TEST(has(report.text, "no EPMD listens on 10.0.0.8:4369"));
}

BOOST_AUTO_TEST_CASE(its_host_does_not_answer) {
    net.partition(here, there);
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_TIMED_OUT);
    BOOST_TEST(has(report.text, "nothing answers on 10.0.0.8:4369"));
}

BOOST_AUTO_TEST_CASE(there_is_no_route) {
    net.partition(here, there, kith::testkit::Route::unreachable);
    BOOST_TEST(join("b@10.0.0.8").status == KITH_UNREACHABLE);
}

BOOST_AUTO_TEST_CASE(its_epmd_does_not_know_it) {
    far.remove("b");
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_NOT_FOUND);
    BOOST_TEST(has(report.text, "does not know the name b: b@10.0.0.8 is down, or runs under another name"));
}

BOOST_AUTO_TEST_CASE(its_port_refuses) {
    peer.die();
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_REFUSED);
    BOOST_TEST(has(report.text, "nobody listens on 10.0.0.8:40000"));
}

BOOST_AUTO_TEST_CASE(it_is_mute) {
    peer.mute = true;
    beam.functions["net_kernel:connect_node"] = [](etf::Term) { return term("false"); };
    const auto begun = net.now();
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_TIMED_OUT);
    BOOST_TEST(has(report.text, "stays mute"));
    BOOST_TEST((report.at - begun < 3s));
}

BOOST_AUTO_TEST_CASE(it_does_not_allow_the_name) {
    peer.status = "not_allowed";
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_DENIED);
}

BOOST_AUTO_TEST_CASE(another_node_is_there) {
    far.add("c", 40000);
    const Report report = join("c@10.0.0.8");
    BOOST_TEST(report.status == KITH_NOT_FOUND);
    BOOST_TEST(has(report.text, "another node answers there: b@10.0.0.8"));
}

BOOST_AUTO_TEST_CASE(what_remains_is_the_cookie) {
    const Report report = join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_UNAUTHORIZED);
    BOOST_TEST(has(report.text, "it is the cookie that is not accepted"));
    BOOST_TEST(!peer.their_challenge.has_value()); // the probe proved nothing to it
}

BOOST_AUTO_TEST_CASE(its_port_may_be_an_attribute) {
    far.peer().stop_listening();
    BOOST_TEST(join("b@10.0.0.8", {{"dist_port", "40000"}}).status == KITH_UNAUTHORIZED);
}

BOOST_AUTO_TEST_SUITE_END()

// ---- links ----

BOOST_AUTO_TEST_SUITE(links_of_the_node)

BOOST_FIXTURE_TEST_CASE(tools_are_left_out, Attached) {
    beam.link("rem-12@h", true);
    beam.link("kith-0123456789abcdef@h", true);
    beam.link("b@h");
    attach();
    BOOST_TEST((links() == Names{"b@h"}));
    beam.link("remsh5@h", true);
    beam.link("c@h");
    BOOST_TEST(rig.run_until([this] { return links() == Names{"b@h", "c@h"}; }, 1s));
    rig.run_for(2min);
    BOOST_TEST((links() == Names{"b@h", "c@h"}));
}

BOOST_FIXTURE_TEST_CASE(what_no_event_told_is_found_by_reconciling, Attached) {
    beam.link("b@h");
    beam.link("c@h");
    attach();
    beam.silent_links = true;
    beam.unlink("b@h", "x");
    beam.link("d@h");
    rig.run_for(20s);
    BOOST_TEST((links() == Names{"b@h", "c@h"}));
    rig.run_for(20s);
    BOOST_TEST((links() == Names{"c@h", "d@h"}));
    beam.unlink("c@h", "x");
    rig.refresh();
    BOOST_TEST(rig.run_until([this] { return links() == Names{"d@h"}; }, 1s));
}

BOOST_FIXTURE_TEST_CASE(nothing_is_polled_but_for_that, Attached) {
    attach();
    rig.run_for(1s);
    const std::size_t before = beam.calls.size();
    rig.run_for(10min);
    BOOST_TEST(beam.calls.size() - before == 20u);
}

BOOST_FIXTURE_TEST_CASE(a_relay_that_ends_is_started_anew, Attached) {
    attach();
    rig.run_for(5s);
    beam.end_relays("killed");
    rig.run_for(1s);
    BOOST_TEST(rig.logged("relay"));
    beam.link("b@h");
    BOOST_TEST(rig.run_until([this] { return links() == Names{"b@h"}; }, 1s));
    BOOST_TEST(rig.epoch() == 1u);
    // One that ends at once, again and again, keeps nobody busy.
    const std::size_t before = beam.group_leaders.size();
    for (int i = 0; i < 100; ++i) {
        beam.end_relays("killed");
        rig.run_for(100ms);
    }
    BOOST_TEST(beam.group_leaders.size() - before < 25u);
}

BOOST_AUTO_TEST_CASE(without_erl_eval_links_are_told_all_the_same) {
    Attached it;
    it.beam.erl_eval = false;
    it.beam.link("b@h");
    it.attach();
    BOOST_TEST((it.links() == Names{"b@h"}));
    BOOST_TEST(it.beam.called("to global_group") == 1u);
    it.beam.reachable.insert("c@10.0.0.8");
    BOOST_TEST(it.join("c@10.0.0.8").status == KITH_OK);
    BOOST_TEST(it.rig.run_until([&] { return it.links() == Names{"b@h", "c@10.0.0.8"}; }, 1s));
}

BOOST_FIXTURE_TEST_CASE(a_tick_is_answered_at_once, Attached) {
    attach();
    for (int i = 1; i <= 3; ++i) {
        beam.send_all(bytes({0, 0, 0, 0}));
        rig.run_for(100ms);
        BOOST_TEST(beam.ticks == static_cast<std::size_t>(i));
    }
}

struct Overlay : Attached {
    Overlay()
        : Attached(R"({"node": "app@10.0.0.7", "connect": ["overlay", "join", []], "disconnect": ["overlay", "leave", []],
                       "list_nodes": ["overlay", "members", []]})") {
        beam.functions["overlay:join"] = [this](etf::Term arguments) {
            members.insert(arguments.elements().next().atom().value());
            return term("ok");
        };
        beam.functions["overlay:leave"] = [this](etf::Term arguments) {
            members.erase(arguments.elements().next().atom().value());
            return term("ok");
        };
        beam.functions["overlay:members"] = [this](etf::Term) {
            std::string list;
            etf::Writer writer(list);
            writer.list(static_cast<std::uint32_t>(members.size()));
            for (const auto &member : members) writer.binary(member);
            writer.nil();
            return list;
        };
    }
    std::set<std::string> members;
};

BOOST_FIXTURE_TEST_CASE(another_distribution_is_what_its_list_says, Overlay) {
    members.insert("left-7");
    beam.link("b@h");
    attach();
    BOOST_TEST((links() == Names{"left-7"}));
    BOOST_TEST(join("right-8").status == KITH_OK);
    BOOST_TEST(rig.run_until([this] { return links() == Names{"left-7", "right-8"}; }, 1s));
    BOOST_TEST(part("left-7").status == KITH_OK);
    BOOST_TEST(rig.run_until([this] { return links() == Names{"right-8"}; }, 1s));
    members.insert("by-itself");
    rig.run_for(6s);
    BOOST_TEST((links() == Names{"by-itself", "right-8"}));
    // News of Erlang nodes are a reason to look.
    members.erase("by-itself");
    rig.run_for(1s);
    beam.unlink("b@h", "connection_closed");
    BOOST_TEST(rig.run_until([this] { return links() == Names{"right-8"}; }, 1s));
}

BOOST_FIXTURE_TEST_CASE(a_list_that_cannot_be_had, Overlay) {
    beam.functions.erase("overlay:members");
    const Report why = detached();
    BOOST_TEST(why.status == KITH_INVALID);
    BOOST_TEST(has(why.text, "overlay:members/0 failed with undef"));
}

BOOST_FIXTURE_TEST_CASE(a_list_that_fails_later_leaves_the_links, Overlay) {
    members.insert("left-7");
    attach();
    beam.functions["overlay:members"] = [](etf::Term) { return term("{error,busy}"); };
    rig.run_for(20s);
    BOOST_TEST(rig.attached());
    BOOST_TEST((links() == Names{"left-7"}));
    BOOST_TEST(rig.logged("could not be listed"));
}

BOOST_AUTO_TEST_SUITE_END()

// ---- on every day ----

BOOST_AUTO_TEST_SUITE(every_day)

BOOST_AUTO_TEST_CASE(each_call_of_a_service_may_fail) {
    const std::uint64_t failed = kith::testkit::fail_each([](SimNet &net) {
        Machine &here = net.machine("here", {"10.0.0.7"});
        here.env("HOME", "/home/app");
        here.file("/home/app/.erlang.cookie", "secret\n", {0400, 1000, 1000});
        FakeEpmd epmd(here);
        epmd.add("app", 40000);
        FakeBeam beam(here, app, "secret", 40000);
        beam.reachable.insert("b@10.0.0.7");
        Rig rig(here, kith_plugin_entry_connector_erlang, "erlang", R"({"node": "app@10.0.0.7"})", {"", "", "beam"});
        if (rig.start() == KITH_OK) {
            // Whatever fails once, it attaches in the end, unless the instance itself gave up.
            if (!rig.run_until([&] { return rig.attached() || rig.failed(); }, 2min))
                throw std::runtime_error("it does not attach");
            if (rig.attached()) {
                const auto a = rig.connect({"b@10.0.0.7", "b@10.0.0.7", {}, {}});
                const auto b = rig.connect({"c@10.0.0.7", "c@10.0.0.7", {}, {}});
                if (a != 0 && !rig.await_done(a)) throw std::runtime_error("the first was not done");
                if (b != 0 && !rig.await_done(b)) throw std::runtime_error("the second was not done");
                rig.run_for(70s);
            }
            if (!rig.stop()) throw std::runtime_error("it does not stop");
        }
        if (!rig.violations().empty()) throw std::runtime_error(rig.violations().front());
    });
    BOOST_TEST(failed > 20u);
}

BOOST_AUTO_TEST_CASE(it_stops_at_any_moment) {
    for (int i = 0; i < 120; ++i) {
        Attached it;
        it.beam.functions["net_kernel:connect_node"] = [](etf::Term) { return std::nullopt; };
        BOOST_REQUIRE(it.rig.start() == KITH_OK);
        for (int j = 0; j < i; ++j) it.net.step();
        if (it.rig.attached()) (void)it.rig.connect({"b@10.0.0.8", "b@10.0.0.8", {}, {}});
        BOOST_TEST_CONTEXT("after " << i << " events") { BOOST_REQUIRE(it.rig.stop()); }
        it.rig.destroy();
    }
}

BOOST_AUTO_TEST_CASE(it_is_destroyed_without_a_stop_and_starts_anew) {
    Attached it;
    for (int i = 0; i < 10; ++i) {
        it.attach();
        BOOST_TEST(it.rig.stop());
        it.rig.destroy();
    }
    BOOST_TEST(it.rig.outstanding() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
