// SPDX-License-Identifier: MIT
//
// When heartbeats are sent, and what their promises are worth.
#include "member.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace kith::mesh;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t start_of_wall = 1'700'000'000'123; // no multiple of the interval

/// One member with accepted links; time goes on in steps of its deadlines.
struct Observed {
    Observed() {
        settings.name = "m@h";
        settings.cluster = "c";
        settings.run = {1, 1};
        member = std::make_unique<Member>(names, settings, now);
    }
    LinkId link(std::size_t i, std::uint32_t capabilities) {
        const std::string name = "a" + std::to_string(i) + "@h";
        const LinkId id = *member->accepted({}, now);
        Hello hello;
        hello.capabilities = capabilities;
        hello.cluster = "c";
        hello.name = name;
        hello.run = {1, i + 1};
        std::string bytes;
        append_frame(bytes, FrameKind::hello, encode(hello));
        append_frame(bytes, FrameKind::welcome, std::string(4, '\0'));
        member->received(id, bytes, now);
        member->want(name, {"h", 1}, now);
        return id;
    }
    /// The heartbeats that were sent since the last call, by link.
    std::map<LinkId, std::vector<Heartbeat>> sent() {
        std::map<LinkId, std::vector<Heartbeat>> out;
        for (const Action &action : member->take_actions()) {
            if (action.kind != Action::Kind::output) continue;
            FrameReader frames;
            frames.append(member->take_output(action.link, SIZE_MAX));
            while (const auto frame = frames.next()) {
                if (frame->kind == FrameKind::heartbeat) out[action.link].push_back(read_heartbeat(frame->body).value());
            }
        }
        return out;
    }
    void hear(LinkId id, std::uint32_t next) {
        std::string bytes;
        append_frame(bytes, FrameKind::heartbeat, encode(Heartbeat{.stamp = 1, .next = next}));
        member->received(id, bytes, now);
    }
    /// To the next moment at which something is due.
    void go_on() {
        now = member->deadline();
        member->wall(start_of_wall + static_cast<std::uint64_t>(now / 1ms));
        member->advance(now);
    }

    NameTable names{8};
    MemberSettings settings;
    Time now = 1s;
    std::unique_ptr<Member> member;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(heartbeats, Observed)

BOOST_AUTO_TEST_CASE(each_turn_has_five_observers_at_least) {
    for (std::size_t observers = 0; observers < 100; ++observers) {
        const unsigned turns = heartbeat_turns(observers);
        BOOST_TEST(turns >= 1u);
        BOOST_TEST(turns <= most_turns);
        BOOST_TEST((turns == 1 || observers / turns >= 5));
    }
    BOOST_TEST(heartbeat_turns(16) == 3u);
}

BOOST_AUTO_TEST_CASE(one_that_is_cut_off_is_not_read_and_one_of_a_later_version_is) {
    const std::string whole = encode(Heartbeat{1, 2, 3ns, 1500});
    BOOST_TEST(whole == std::string("\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\3\0\0\5\xdc", 28)); // as in the README
    for (std::size_t size = 0; size < whole.size(); ++size)
        BOOST_TEST(read_heartbeat(whole.substr(0, size)).has_value() == (size == 24));
    BOOST_TEST(read_heartbeat(whole + "more")->next == 1500u);
    BOOST_TEST(read_heartbeat(whole.substr(0, 24))->next == 0u);
}

BOOST_AUTO_TEST_CASE(observers_take_turns_and_one_of_the_release_before_hears_it_in_each_interval) {
    std::vector<LinkId> ids;
    for (std::size_t i = 0; i < 15; ++i) ids.push_back(link(i, heartbeats_in_turns));
    const LinkId old = link(15, 0);
    std::map<LinkId, Time> promised;
    std::size_t beats = 0, of_the_old = 0, intervals = 0;
    for (const Time end = now + 30s; now < end;) {
        for (const LinkId id : ids) hear(id, 1500);
        hear(old, 0);
        go_on();
        const auto heard = sent();
        if (heard.empty()) continue;
        if (now > 3s) {
            ++intervals;
            BOOST_TEST(heard.size() >= 6u); // five whose turn it is, and the old one
            beats += heard.size();
            of_the_old += heard.contains(old) ? 1U : 0U;
        }
        for (const auto &[id, each] : heard) {
            BOOST_TEST(each.size() == 1u);
            BOOST_TEST((id == old) == (each[0].next == 0));
            promised[id] = now + (each[0].next == 0 ? 500ms : std::chrono::milliseconds(each[0].next)) + 50ms;
        }
        for (const auto &[id, until] : promised) BOOST_TEST((now <= until));
    }
    BOOST_TEST(promised.size() == 16u);
    BOOST_TEST(of_the_old == intervals);
    BOOST_TEST(beats <= intervals * 7);
}

BOOST_AUTO_TEST_CASE(they_are_sent_at_the_moments_of_the_wall_clock) {
    link(0, heartbeats_in_turns);
    std::size_t count = 0;
    while (now < 20s) {
        go_on();
        hear(1, 0);
        if (sent().empty() || now < 2s) continue;
        ++count;
        const std::uint64_t late = (start_of_wall + static_cast<std::uint64_t>(now / 1ms)) % 500;
        BOOST_TEST((late <= 1 || late == 499));
    }
    BOOST_TEST(count >= 35u);
}

BOOST_AUTO_TEST_CASE(news_of_others_go_to_the_nearest_at_once_and_to_the_others_with_the_next_heartbeat) {
    std::vector<LinkId> ids;
    for (std::size_t i = 0; i < 15; ++i) ids.push_back(link(i, heartbeats_in_turns));
    for (const Time end = now + 3s; now < end;) {
        for (const LinkId id : ids) hear(id, 1500);
        go_on();
        sent();
    }
    Fact fact;
    fact.kind = FactKind::joined;
    fact.origin = "new@h";
    fact.run = {1, 99};
    fact.number = 1;
    fact.address = "h";
    fact.port = 1;
    std::string facts, bytes;
    append(facts, fact);
    append_frame(bytes, FrameKind::facts, facts);
    member->received(ids[0], bytes, now);
    std::set<LinkId> have;
    const auto collect = [&] {
        for (const Action &action : member->take_actions()) {
            if (action.kind != Action::Kind::output) continue;
            FrameReader frames;
            frames.append(member->take_output(action.link, SIZE_MAX));
            while (const auto frame = frames.next()) {
                if (frame->kind == FrameKind::documents) have.insert(action.link);
            }
        }
        return have.size();
    };
    const std::size_t at_once = collect();
    BOOST_TEST(at_once >= 1u);
    BOOST_TEST(at_once <= 4u);
    for (const Time end = now + 1600ms; now < end;) {
        for (const LinkId id : ids) hear(id, 1500);
        go_on();
        collect();
    }
    BOOST_TEST(have.size() == 14u);
    BOOST_TEST(!have.contains(ids[0]));
}

BOOST_AUTO_TEST_CASE(a_link_has_failed_when_the_promised_time_is_over_and_not_before) {
    for (const std::uint32_t next : {0U, 500U, 1000U, 1500U, 4'000'000'000U}) {
        const LinkId id = link(next, heartbeats_in_turns);
        hear(id, next);
        const Time since = now;
        while (member->direct("a" + std::to_string(next) + "@h")) go_on();
        const Time allowed = 2700ms + std::clamp<Time>(std::chrono::milliseconds(next), 500ms, 1500ms) - 500ms;
        BOOST_TEST((now - since == allowed), (now - since) / 1ms << " ms after a promise of " << next << " ms");
    }
}

BOOST_AUTO_TEST_SUITE_END()
