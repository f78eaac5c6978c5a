// SPDX-License-Identifier: MIT
//
// How two members come to be linked, or do not, and which of two links is kept.
#include "simulated_mesh.hpp"

#include <boost/test/unit_test.hpp>

using namespace kith::mesh;
using namespace kith::mesh::test;

namespace {

bool contains(const std::string &text, std::string_view part) { return text.find(part) != std::string::npos; }

/// Two hosts of which the second one is made different.
struct Two {
    explicit Two(const std::function<void(MemberSettings &)> &other = {}) : mesh(2, 1) {
        mesh.configure = [this, other](MemberSettings &settings) {
            if (settings.name == mesh.host(1).name && other) other(settings);
        };
    }
    std::string refusal() {
        mesh.start_all();
        mesh.run_for(5s);
        BOOST_TEST(mesh.host(0).up.empty());
        BOOST_TEST(mesh.host(1).up.empty());
        BOOST_TEST(mesh.member(0).connections() == 0u);
        const std::string out = mesh.member(0).explain(mesh.host(1).name);
        BOOST_TEST_MESSAGE(out);
        return out;
    }
    SimulatedMesh mesh;
};

} // namespace

BOOST_AUTO_TEST_SUITE(greeting)

BOOST_AUTO_TEST_CASE(members_of_another_cluster_never_link) {
    Two two([](MemberSettings &settings) { settings.cluster = "other"; });
    BOOST_TEST(contains(two.refusal(), "option cluster differs, or an address is in use by another cluster"));
}

BOOST_AUTO_TEST_CASE(settings_that_must_be_equal_are_named) {
    Two two([](MemberSettings &settings) { settings.heartbeat = 250ms; });
    BOOST_TEST(contains(two.refusal(), "and heartbeat"));
}

BOOST_AUTO_TEST_CASE(another_member_at_the_address_is_named) {
    NameTable names(8);
    MemberSettings settings;
    settings.name = "b@h";
    settings.cluster = "c";
    settings.run = {1, 1};
    Member member(names, settings, 1s);
    const auto link = member.accepted({}, 1s);
    Hello hello;
    hello.cluster = "c";
    hello.name = "a@h";
    hello.run = {1, 2};
    hello.expected = "x@h";
    std::string bytes;
    append_frame(bytes, FrameKind::hello, encode(hello));
    member.received(*link, bytes, 1s);
    FrameReader answer;
    answer.append(member.take_output(*link, 65536));
    const auto frame = answer.next();
    BOOST_REQUIRE(frame);
    BOOST_TEST((frame->kind == FrameKind::refuse));
    BOOST_TEST(read_refusal(frame->body)->reason == "b@h answers at the address of x@h");
    BOOST_TEST(member.connections() == 0u);
}

BOOST_AUTO_TEST_CASE(a_name_that_is_not_that_of_the_certificate_is_refused) {
    NameTable names(8);
    MemberSettings settings;
    settings.name = "b@h";
    settings.cluster = "c";
    settings.run = {1, 1};
    Member member(names, settings, 1s);
    const auto link = member.accepted("evil@h", 1s);
    Hello hello;
    hello.cluster = "c";
    hello.name = "a@h";
    hello.run = {1, 2};
    std::string bytes;
    append_frame(bytes, FrameKind::hello, encode(hello));
    member.received(*link, bytes, 1s);
    FrameReader answer;
    answer.append(member.take_output(*link, 65536));
    BOOST_TEST(read_refusal(answer.next()->body)->reason == "it calls itself a@h, and its certificate is that of evil@h");

    BOOST_TEST(!member.is_up("a@h"));
}

BOOST_AUTO_TEST_CASE(data_before_the_greeting_or_bytes_of_another_protocol_end_the_link) {
    for (const bool garbage : {false, true}) {
        NameTable names(8);
        MemberSettings settings;
        settings.name = "b@h";
        settings.run = {1, 1};
        Member member(names, settings, 1s);
        const auto link = member.accepted({}, 1s);
        std::string bytes;
        append_frame(bytes, FrameKind::heartbeat, std::string(24, '\0'));
        member.received(*link, garbage ? std::string_view("GET / HTTP/1.1\r\n\r\n") : std::string_view(bytes), 1s);
        BOOST_TEST(member.connections() == 0u);
        BOOST_TEST(member.counters().refused == 1u);
    }
}

BOOST_AUTO_TEST_CASE(half_open_greetings_are_bounded_and_end) {
    NameTable names(8);
    MemberSettings settings;
    settings.name = "b@h";
    settings.run = {1, 1};
    Member member(names, settings, 1s);
    std::size_t taken = 0;
    for (int i = 0; i < 2000; ++i) taken += member.accepted({}, 1s) ? 1U : 0U;
    BOOST_TEST(taken == 64u);
    for (Time now = 1s; now < 5s; now += 500ms) member.advance(now);
    BOOST_TEST(member.connections() == 0u);
    BOOST_TEST(member.accepted({}, 5s).has_value());
}

BOOST_AUTO_TEST_CASE(of_two_links_at_once_one_is_left) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        SimulatedMesh mesh(2, seed);
        mesh.start_all();
        mesh.run_for(5s);
        BOOST_REQUIRE(mesh.converged());
        mesh.reports.clear();
        // A link that breaks is dialled by both at once.
        mesh.cut(0, 1, true);
        mesh.run_for(10s);
        mesh.cut(0, 1, false);
        mesh.run_for(15s);
        BOOST_TEST(mesh.converged(), "seed " << seed << "\n" << mesh.describe());
        BOOST_TEST(mesh.one_link_each(), "seed " << seed << "\n" << mesh.describe());
    }
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_set_back_between_two_starts_is_named_and_the_member_comes_back) {
    SimulatedMesh mesh(3, 1);
    mesh.start_all();
    mesh.run_for(5s);
    mesh.crash(1);
    mesh.run_for(5s);
    mesh.configure = [](MemberSettings &settings) { settings.run.start -= 365ull * 86400 * 1000; };
    mesh.start(1, {0, 2});
    mesh.run_for(10s);
    BOOST_TEST(mesh.converged(), mesh.describe());
    BOOST_REQUIRE(!mesh.host(1).notices.empty());
    BOOST_TEST(contains(mesh.host(1).notices[0], "the clock of this host is behind that of its last start"));
}

BOOST_AUTO_TEST_CASE(a_second_process_of_one_name_replaces_the_first_and_the_first_stays_away) {
    NameTable names(8);
    const auto make = [&](std::string name, Run run) {
        MemberSettings settings;
        settings.name = std::move(name);
        settings.cluster = "c";
        settings.run = run;
        return Member(names, settings, 1s);
    };
    Member b = make("b@h", {1, 1});
    const auto greet = [&](Run run) {
        const auto link = b.accepted({}, 2s);
        Hello hello;
        hello.cluster = "c";
        hello.name = "a@h";
        hello.run = run;
        std::string bytes;
        append_frame(bytes, FrameKind::hello, encode(hello));
        append_frame(bytes, FrameKind::welcome, std::string(4, '\0'));
        Fact joined;
        joined.kind = FactKind::joined;
        joined.origin = "a@h";
        joined.run = run;
        joined.number = 1;
        std::string documents;
        append(documents, Document{joined, 1, {}});
        append_frame(bytes, FrameKind::documents, documents);
        b.received(*link, bytes, 2s);
        FrameReader answer;
        answer.append(b.take_output(*link, 65536));
        return answer.next()->kind;
    };
    BOOST_TEST((greet({5, 5}) == FrameKind::hello));
    BOOST_TEST((greet({6, 6}) == FrameKind::hello)); // later: it replaces the other
    BOOST_TEST(b.connections() == 1u);
    BOOST_TEST((greet({5, 5}) == FrameKind::refuse));
    BOOST_TEST(b.connections() == 1u);
    BOOST_TEST((b.membership().run(*names.find("a@h")) == Run{6, 6}));
}

BOOST_AUTO_TEST_SUITE_END()
