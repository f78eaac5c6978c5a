// SPDX-License-Identifier: MIT
//
// Whole members that forget names: those that come back, those that were cut off for longer than names are kept, and those that have missed
// how others ended. Heartbeats are slow, so that hours take little time.
#include "simulated_mesh.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>

using namespace kith::mesh;
using namespace kith::mesh::test;

namespace {

struct Hours : SimulatedMesh {
    explicit Hours(std::size_t count, std::uint64_t seed = 1, Time forgotten_after = 6h) : SimulatedMesh(count, seed) {
        configure = [this, forgotten_after](MemberSettings &settings) {
            settings.heartbeat = 20s;
            settings.silence = 108s;
            settings.limits.forgotten_after = forgotten_after;
            settings.run.start -= clock_behind / 1ms;
        };
        for (std::size_t i = 0; i < count; ++i) start(i, everybody());
        run_for(5min);
        BOOST_REQUIRE(converged());
        reports.clear();
    }
    std::vector<std::size_t> everybody() const {
        std::vector<std::size_t> out(size());
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = i;
        return out;
    }
    bool knows(std::size_t at, std::size_t whom) { return member(at).membership().find(host(whom).name).has_value(); }
    bool nobody_knows(std::size_t whom) {
        for (std::size_t i = 0; i < size(); ++i) {
            if (running(i) && knows(i, whom)) return false;
        }
        return true;
    }
    std::size_t ups(std::size_t whom) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(reports, [&](const Report &each) { return each.up && index_of(each.about) == whom; }));
    }
    /// Nothing gets from the first ones to the others, or back.
    void split(std::size_t first, bool on) {
        for (std::size_t a = 0; a < first; ++a) {
            for (std::size_t b = first; b < size(); ++b) cut(a, b, on);
        }
    }

    void isolate(std::size_t who, bool on) {
        for (std::size_t i = 0; i < size(); ++i) {
            if (i != who) cut(who, i, on);
        }
    }

    Time clock_behind{};
};

} // namespace

BOOST_AUTO_TEST_SUITE(forgetting_mesh)

BOOST_AUTO_TEST_CASE(a_forgotten_member_comes_back_with_a_later_run_and_with_a_clock_that_was_set_back) {
    Hours mesh(5);
    mesh.crash(1);
    mesh.leave(2, true);
    mesh.run_for(7h);
    BOOST_TEST(mesh.nobody_knows(1));
    BOOST_TEST(mesh.nobody_knows(2));
    mesh.reports.clear();
    mesh.start(1, {0, 3, 4});
    mesh.clock_behind = 24h;
    mesh.start(2, {0, 3, 4});
    mesh.run_for(5min);
    BOOST_TEST(mesh.converged(), mesh.describe());
    BOOST_TEST(mesh.ups(1) == 4u);
    BOOST_TEST(mesh.ups(2) == 4u);
    BOOST_REQUIRE(!mesh.host(2).notices.empty());
    BOOST_TEST(mesh.host(2).notices[0].find("the clock of this host is behind that of its last start") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_set_back_is_nothing_when_the_last_run_is_not_kept_either) {
    Hours mesh(3, 1, 10min);
    mesh.crash(1);
    mesh.run_for(75h);
    mesh.clock_behind = 200h;
    mesh.start(1, {0, 2});
    mesh.run_for(5min);
    BOOST_TEST(mesh.converged(), mesh.describe());
    BOOST_TEST(mesh.host(1).notices.empty());
}

BOOST_AUTO_TEST_CASE(a_split_that_lasts_longer_than_names_are_kept_heals) {
    for (const bool all_wanted : {true, false}) {
        Hours mesh(6, 1, 2h);
        mesh.split(3, true);
        mesh.run_for(3h);
        BOOST_TEST(!mesh.knows(0, 5));
        BOOST_TEST(!mesh.knows(5, 0));
        mesh.split(3, false);
        mesh.run_for(5min);
        BOOST_TEST(!mesh.converged()); // neither side dials the other
        mesh.reports.clear();
        if (all_wanted) {
            for (std::size_t a = 0; a < 6; ++a) {
                for (std::size_t b = 0; b < 6; ++b) {
                    if (a != b) mesh.find(a, b);
                }
            }
        } else {
            mesh.find(0, 5); // the only one that a strategy finds
        }
        mesh.run_for(30min);
        BOOST_TEST(mesh.converged(), mesh.describe());
        BOOST_TEST(mesh.reports.size() == 2u * 3 * 3); // each is up at each of the other side once, and none is down
    }
}

BOOST_AUTO_TEST_CASE(who_stood_still_or_was_cut_off_while_others_ended_and_were_forgotten_brings_nobody_back) {
    for (const bool stood_still : {true, false}) {
        for (const std::size_t new_ones : {1, 4}) {
            Hours mesh(8, 1, 2h);
            if (stood_still) {
                mesh.pause(0, 3h);
            } else {
                mesh.isolate(0, true);
                mesh.run_for(5min);
            }
            mesh.crash(1);
            mesh.leave(2, true);
            mesh.leave(3, false);
            mesh.run_for(2h + 50min);
            for (const std::size_t gone : {1, 2, 3}) {
                for (const std::size_t at : {4, 5, 6, 7}) BOOST_TEST(!mesh.knows(at, gone));
            }
            for (std::size_t i = 4; i < 4 + new_ones; ++i) mesh.crash(i);
            for (std::size_t i = 4; i < 4 + new_ones; ++i) mesh.start(i, {4, 5, 6, 7}); // these remember nothing
            mesh.run_for(5min);
            mesh.reports.clear();
            mesh.isolate(0, false);
            mesh.run_for(20min);
            BOOST_TEST(mesh.converged(), mesh.describe());
            for (const std::size_t at : {4, 5, 6, 7}) BOOST_TEST(mesh.host(at).up.contains(0));
            mesh.run_for(3h);
            for (const std::size_t gone : {1, 2, 3}) {
                BOOST_TEST(mesh.nobody_knows(gone));
                BOOST_TEST(mesh.ups(gone) == 0u);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_cluster_that_sleeps_as_a_whole_goes_on_as_it_was) {
    Hours mesh(5);
    for (std::size_t i = 0; i < 5; ++i) mesh.pause(i, 3h);
    mesh.run_for(4h);
    BOOST_TEST(mesh.converged(), mesh.describe());
    BOOST_TEST(mesh.reports.empty());
    mesh.crash(1);
    mesh.start(1, {0});
    mesh.run_for(5min);
    BOOST_TEST(mesh.converged(), mesh.describe());
    BOOST_TEST(mesh.reports.size() == 2u * 4 + 4); // of the one that was started anew: down, up; and what it reports
}

/// Names are forgotten after ten minutes here: those who were cut off for less than an hour believe what they knew.
BOOST_AUTO_TEST_CASE(who_was_cut_off_while_others_ended_and_were_forgotten_learns_it_from_those_who_have_forgotten_them) {
    Hours mesh(8, 1, 10min);
    mesh.isolate(0, true);
    mesh.run_for(5min);
    mesh.crash(1);
    mesh.leave(2, true);
    mesh.leave(3, false);
    mesh.run_for(20min);
    for (const std::size_t gone : {1, 2, 3}) {
        for (const std::size_t at : {4, 5, 6, 7}) BOOST_TEST(!mesh.knows(at, gone));
        BOOST_TEST((mesh.member(0).membership().state(*mesh.member(0).membership().find(mesh.host(gone).name)) == State::up));
    }
    mesh.reports.clear();
    mesh.isolate(0, false);
    for (std::size_t i = 4; i < 8; ++i) mesh.find(i, 0);
    mesh.run_for(10min);
    BOOST_TEST(mesh.converged(), mesh.describe());
    for (const std::size_t gone : {1, 2, 3}) BOOST_TEST(mesh.ups(gone) == 0u);
    mesh.run_for(2h);
    BOOST_TEST(mesh.converged(), mesh.describe());
    for (const std::size_t gone : {1, 2, 3}) {
        BOOST_TEST(mesh.nobody_knows(gone));
        BOOST_TEST(mesh.ups(gone) == 0u);
    }
}

// Twenty at once, and 3,000 names, in the third list.
BOOST_AUTO_TEST_CASE(whole_members_that_come_and_go_all_join_and_are_forgotten) {
    const char *given = std::getenv("KITH_NAMES");
    const std::size_t count = given != nullptr ? std::strtoul(given, nullptr, 10) / 10 : 16,
                      at_once = given != nullptr ? 20 : 8;
    constexpr std::size_t stay = 4;
    Hours mesh(at_once, 1, 1h);
    mesh.keep_reports = false;
    std::vector<std::size_t> running = mesh.everybody();
    std::size_t most = 0, ups = 0;
    mesh.on_change = [&](std::size_t at, std::size_t, bool up) { ups += up && at < stay ? 1U : 0U; };
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t who = stay + mesh.draw(running.size() - stay);
        switch (mesh.draw(3)) {
        case 0: mesh.crash(running[who]); break;
        case 1: mesh.vanish(running[who]); break;
        default: mesh.leave(running[who], mesh.draw(2) == 0); break;
        }
        running[who] = mesh.add();
        mesh.start(running[who], {0, 1});
        mesh.run_for(15min);
        for (std::size_t at = 0; at < stay; ++at) most = std::max(most, mesh.member(at).membership().known_count());
    }
    BOOST_TEST(mesh.converged(), mesh.describe());
    BOOST_TEST(ups == count * stay); // each is up once, and never again when it has ended
    BOOST_TEST(most <= at_once + 5 + 1);
    BOOST_TEST_MESSAGE(count << " names: at most " << most << " in a table");
}

BOOST_AUTO_TEST_SUITE_END()
