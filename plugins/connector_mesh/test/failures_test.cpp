// SPDX-License-Identifier: MIT
//
// What a mesh of members makes of crashes, silence, pauses and cut networks, over simulated time.
#include "simulated_mesh.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <numeric>

using namespace kith::mesh;
using namespace kith::mesh::test;

namespace {

double ms(Time time) { return static_cast<double>(time.count()) / 1e6; }

struct Mesh : SimulatedMesh {
    explicit Mesh(std::size_t count, std::uint64_t seed = 1, Time heartbeat = 500ms) : SimulatedMesh(count, seed) {
        configure = [heartbeat](MemberSettings &settings) {
            settings.heartbeat = heartbeat;
            settings.silence = heartbeat * 54 / 10;
        };
        start_all();
        run_for(40s);
        BOOST_REQUIRE(converged());
        BOOST_REQUIRE(one_link_each());
        reports.clear();
    }
    /// The times from `since` to the first and the last report that the member is down.
    std::pair<Time, Time> down(std::size_t who, Time since) {
        Time first = Time::max(), last = Time::min();
        for (const Report &each : reports) {
            if (each.up || each.about != host(who).name) continue;
            first = std::min(first, each.at - since);
            last = std::max(last, each.at - since);
        }
        return {first, last};
    }
    std::size_t changes(std::size_t who) {
        return static_cast<std::size_t>(
            std::ranges::count_if(reports, [&](const Report &each) { return each.about == host(who).name; }));
    }
};

// The first seeds of a trial: this many, or KITH_SEEDS of them as in the third list.
std::vector<std::uint64_t> seeds(std::uint64_t usually) {
    const char *given = std::getenv("KITH_SEEDS");
    std::vector<std::uint64_t> out(given != nullptr ? std::strtoull(given, nullptr, 10) : usually);
    std::iota(out.begin(), out.end(), std::uint64_t{1});
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(failures)

BOOST_AUTO_TEST_CASE(a_crash_is_known_everywhere_within_half_a_second) {
    std::vector<std::size_t> counts{2, 3, 16, 64};
    if (const char *given = std::getenv("KITH_MEMBERS")) counts = {std::strtoul(given, nullptr, 10)}; // 1000 in the third list
    for (const std::size_t count : counts) {
        Mesh mesh(count);
        const Time since = mesh.now();
        mesh.crash(1);
        BOOST_TEST(mesh.run_until([&] { return mesh.converged(); }, 500ms));
        BOOST_TEST(mesh.reports.size() == count - 1);
        const auto [first, last] = mesh.down(1, since);
        BOOST_TEST((first <= 50ms));
        BOOST_TEST_MESSAGE(count << " members: crash known at the first after " << ms(first) << " ms, everywhere after "
                                 << ms(last) << " ms");
    }
}

BOOST_AUTO_TEST_CASE(a_machine_that_vanishes_is_known_everywhere_within_four_seconds) {
    for (const std::size_t count : {3, 12, 16, 64}) {
        Time latest_first{}, latest{};
        for (Time after = 0ms; after < 1500ms; after += 300ms) { // whatever the heartbeats are doing
            Mesh mesh(count);
            mesh.run_for(after);
            const Time since = mesh.now();
            mesh.vanish(1);
            BOOST_TEST(mesh.run_until([&] { return mesh.converged(); }, 4s), mesh.describe());
            const auto [first, last] = mesh.down(1, since);
            latest_first = std::max(latest_first, first);
            latest = std::max(latest, last);
            if (after > 0ms) continue;
            mesh.run_for(30s);
            BOOST_TEST(mesh.reports.size() == count - 1);
        }
        BOOST_TEST((latest_first <= 3s));
        BOOST_TEST_MESSAGE(count << " members: silence known at the first after " << ms(latest_first)
                                 << " ms, everywhere after " << ms(latest) << " ms");
    }
}

BOOST_AUTO_TEST_CASE(with_slow_heartbeats_silence_is_known_in_proportion_and_no_member_believes_that_it_lagged) {
    for (const std::size_t count : {12, 16}) {
        Mesh mesh(count, 1, 2s);
        mesh.run_for(60s);
        for (std::size_t i = 0; i < count; ++i) BOOST_TEST(mesh.host(i).notices.empty());
        const Time since = mesh.now();
        mesh.vanish(1);
        BOOST_TEST(mesh.run_until([&] { return mesh.converged(); }, 16s), mesh.describe());
        const auto [first, last] = mesh.down(1, since);
        BOOST_TEST((first >= 8800ms - 200ms)); // four times 2.2 s, from a heartbeat that was a tenth late
        BOOST_TEST((first <= 10800ms + 200ms));
        BOOST_TEST_MESSAGE(count << " members, heartbeat 2 s: silence known at the first after " << ms(first)
                                 << " ms, everywhere after " << ms(last) << " ms");
    }
}

BOOST_AUTO_TEST_CASE(of_two_members_the_one_that_is_left_is_isolated) {
    Mesh mesh(2);
    mesh.vanish(1);
    mesh.run_for(4s);
    BOOST_TEST(mesh.host(0).isolated);
    mesh.start(1, {0});
    mesh.run_for(10s);
    BOOST_TEST(mesh.converged(), mesh.describe());
}

BOOST_AUTO_TEST_CASE(a_pause_of_two_seconds_is_nothing) {
    Mesh mesh(32);
    for (std::size_t i = 0; i < 32; i += 3) {
        mesh.pause(i, 2s);
        mesh.run_for(4s);
    }
    BOOST_TEST(mesh.reports.empty());
}

BOOST_AUTO_TEST_CASE(a_pause_of_five_and_of_thirty_seconds_is_one_down_and_one_up) {
    for (const Time pause : {5s, 30s}) {
        Mesh mesh(16);
        mesh.pause(3, pause);
        mesh.run_for(pause + 20s);
        BOOST_TEST(mesh.converged(), mesh.describe());
        BOOST_TEST(mesh.changes(3) == 30u); // each of fifteen: down, up
        BOOST_TEST(mesh.reports.size() == 30u);
    }
}

BOOST_AUTO_TEST_CASE(a_split_of_ten_minutes_heals_by_itself) {
    Mesh mesh(32);
    const auto split = [&](bool on) {
        for (std::size_t a = 0; a < 16; ++a) {
            for (std::size_t b = 16; b < 32; ++b) mesh.cut(a, b, on);
        }
    };
    split(true);
    mesh.run_for(600s);
    for (const auto &each : mesh.reports) {
        const bool same_side = (each.at_host < 16) == (mesh.index_of(each.about) < 16);
        BOOST_TEST(!same_side, each.about << " at " << mesh.host(each.at_host).name << ": " << each.reason);
    }
    for (std::size_t i = 0; i < 32; ++i) BOOST_TEST(mesh.host(i).up.size() == 15u);
    mesh.reports.clear();
    split(false);
    const Time since = mesh.now();
    BOOST_TEST(mesh.run_until([&] { return mesh.converged(); }, 5s), mesh.describe());
    BOOST_TEST_MESSAGE("healed after " << ms(mesh.now() - since) << " ms");
    mesh.run_for(120s);
    BOOST_TEST(mesh.converged());
    for (const auto &each : mesh.reports)
        BOOST_TEST(each.up, each.about << " at " << mesh.host(each.at_host).name << ": " << each.reason);
    BOOST_TEST(mesh.one_link_each());
}

BOOST_AUTO_TEST_CASE(the_smaller_side_of_a_split_reports_that_it_has_fewer_than_half_and_when_it_has_them_again) {
    Mesh mesh(12);
    const auto noticed = [&](std::size_t at, std::string_view text) {
        return std::ranges::count_if(mesh.host(at).notices,
                                     [&](const auto &each) { return each.find(text) != std::string::npos; });
    };
    for (std::size_t i = 0; i < 12; ++i) BOOST_TEST(noticed(i, "half of the members") == 0);
    const auto split = [&](bool on) {
        for (std::size_t a = 0; a < 4; ++a) {
            for (std::size_t b = 4; b < 12; ++b) mesh.cut(a, b, on);
        }
    };
    split(true);
    mesh.run_for(60s);
    for (std::size_t i = 0; i < 12; ++i)
        BOOST_TEST(noticed(i, "fewer than half of the members that the strategies have found are up: 3 of 11") ==
                   (i < 4 ? 1 : 0));
    split(false);
    mesh.run_for(20s);
    for (std::size_t i = 0; i < 12; ++i)
        BOOST_TEST(noticed(i, "half of the members that the strategies have found are up again") == (i < 4 ? 1 : 0));
}

BOOST_AUTO_TEST_CASE(links_whose_end_was_lost_are_replaced_by_those_of_the_next_run) {
    for (const Time after : {100ms, 1000ms}) {
        Mesh mesh(16);
        mesh.vanish(5); // the others hear nothing of it
        mesh.run_for(after);
        mesh.start(5, {0, 1});
        BOOST_TEST(mesh.run_until([&] { return mesh.converged() && mesh.one_link_each(); }, 5s), mesh.describe());
        mesh.run_for(60s);
        BOOST_TEST(mesh.converged());
        for (const auto &each : mesh.reports) BOOST_TEST((each.about == mesh.host(5).name || each.at_host == 5), each.about);
        BOOST_TEST(mesh.changes(5) == 30u); // each of fifteen: down, up
    }
}

BOOST_AUTO_TEST_CASE(sick_hosts_do_not_bring_down_healthy_ones) {
    for (const std::uint64_t seed : seeds(2)) {
        for (const Time stopped : {2000ms, 5000ms}) {
            Mesh mesh(32, seed);
            std::vector<Time> next(8);
            const Time period = stopped + stopped / 10;
            for (Time &each : next)
                each = mesh.now() + Time(static_cast<std::int64_t>(mesh.draw(static_cast<std::uint64_t>(period.count()))));
            const Time end = mesh.now() + 90s;
            while (mesh.now() < end) {
                const auto first = std::ranges::min_element(next);
                mesh.run_for(*first - mesh.now());
                mesh.pause(static_cast<std::size_t>(first - next.begin()), stopped);
                *first += period;
            }
            std::size_t downs = 0; // of sick ones at healthy ones
            for (const auto &each : mesh.reports) {
                if (each.up || each.at_host < 8) continue;
                ++downs;
                BOOST_TEST(mesh.index_of(each.about) < 8u, "seed " << seed << ": " << each.about << " at "
                                                                   << mesh.host(each.at_host).name << ": " << each.reason);
            }
            BOOST_TEST((stopped > 2s || downs == 0));
            BOOST_TEST_MESSAGE("seed " << seed << ", stopped for " << ms(stopped) << " ms: sick ones down at healthy ones "
                                       << downs << " times");
        }
    }
}

BOOST_AUTO_TEST_CASE(a_host_that_hears_nobody_ends_in_one_state_and_accuses_nobody) {
    Mesh mesh(32);
    for (const std::size_t sick : {4, 9}) {
        for (std::size_t i = 0; i < 32; ++i) {
            if (i != sick) mesh.block(i, sick, true);
        }
    }
    mesh.run_for(15s);
    for (std::size_t i = 0; i < 32; ++i) {
        if (i != 4 && i != 9) BOOST_TEST(mesh.host(i).up.size() == 29u);
    }
    mesh.run_for(285s);
    for (const auto &each : mesh.reports) {
        const std::size_t about = mesh.index_of(each.about);
        if (each.at_host == 4 || each.at_host == 9) continue;
        BOOST_TEST(((about == 4 || about == 9) && !each.up),
                   each.about << " at " << mesh.host(each.at_host).name << ": " << each.reason);
    }
    BOOST_TEST(mesh.reports.size() >= 60u);
}

BOOST_AUTO_TEST_CASE(eighty_percent_loss_at_two_hosts_settles_within_fifteen_seconds) {
    for (const std::uint64_t seed : seeds(2)) {
        Mesh mesh(32, seed);
        const Time since = mesh.now();
        mesh.loss(4, 0.8);
        mesh.loss(9, 0.8);
        mesh.run_for(300s);
        std::map<std::pair<std::size_t, std::string>, std::size_t> changes;
        for (const auto &each : mesh.reports) {
            if (each.at_host == 4 || each.at_host == 9) continue;
            const std::size_t about = mesh.index_of(each.about);
            BOOST_TEST((about == 4 || about == 9), each.about << " at " << mesh.host(each.at_host).name << ": " << each.reason);
            BOOST_TEST((each.at - since <= 15s), "seed " << seed << ": a change after " << ms(each.at - since) << " ms");
            ++changes[{each.at_host, each.about}];
        }
        for (const auto &[key, count] : changes) BOOST_TEST(count <= 2u, "seed " << seed << ": " << count << " changes");
        for (std::size_t i = 0; i < 32; ++i) {
            for (const std::size_t sick : {4, 9})
                BOOST_TEST((i == 4 || i == 9 || mesh.host(i).up.contains(sick) == mesh.host(0).up.contains(sick)));
        }
        mesh.loss(4, 0);
        mesh.loss(9, 0);
        const Time over = mesh.now(); // what was sent before comes as late as the loss has made it
        BOOST_TEST(mesh.run_until([&] { return mesh.converged(); }, 60s), mesh.describe());
        BOOST_TEST_MESSAGE("seed " << seed << ": all are up " << ms(mesh.now() - over) << " ms after the end of the loss");
    }
}

BOOST_AUTO_TEST_CASE(a_host_that_loses_half_of_its_packets_does_not_come_and_go) {
    for (const double share : {0.5, 0.6, 0.7}) {
        Mesh mesh(32);
        mesh.loss(4, share);
        mesh.run_for(300s);
        std::vector<std::size_t> changes(32);
        for (const auto &each : mesh.reports) {
            if (each.at_host != 4) ++changes[each.at_host];
        }
        BOOST_TEST(*std::ranges::max_element(changes) <= 4u, "share " << share);
    }
}

BOOST_AUTO_TEST_CASE(a_member_whose_round_trips_are_longer_than_an_interval_comes_back) {
    Mesh mesh(16);
    mesh.least_delay = 300ms;
    mesh.most_delay = 350ms;
    mesh.pause(3, 8s);
    mesh.run_for(8s);
    BOOST_TEST(mesh.changes(3) == 15u);
    BOOST_TEST(mesh.run_until([&] { return mesh.converged(); }, 45s), mesh.describe());
}

BOOST_AUTO_TEST_CASE(twenty_five_percent_loss_everywhere_brings_nobody_down_for_long) {
    Mesh mesh(16);
    for (std::size_t i = 0; i < 16; ++i) mesh.loss(i, 0.25);
    mesh.run_for(60s);
    for (const auto &each : mesh.reports)
        BOOST_TEST(each.up, each.about << " at " << mesh.host(each.at_host).name << ": " << each.reason);
}

BOOST_AUTO_TEST_CASE(all_start_anew_at_once_with_a_stale_source) {
    Mesh mesh(32);
    for (std::size_t i = 0; i < 32; ++i) mesh.crash(i);
    mesh.run_for(1s);
    // The source still has six that do not exist any more, and lacks two that do.
    std::vector<std::size_t> stale;
    for (std::size_t i = 0; i < 30; ++i) stale.push_back(i);
    for (std::size_t i = 6; i < 32; ++i) mesh.start(i, stale);
    BOOST_TEST(mesh.run_until([&] { return mesh.converged(); }, 5s), mesh.describe());
    mesh.run_for(60s);
    BOOST_TEST(mesh.converged(), mesh.describe());
    BOOST_TEST(mesh.one_link_each());
}

BOOST_AUTO_TEST_CASE(leaving_and_restarting_are_known_at_once_and_the_name_comes_back) {
    Mesh mesh(16);
    mesh.leave(2, false);
    mesh.run_for(1s);
    BOOST_TEST(mesh.reports.size() == 15u);
    for (const auto &each : mesh.reports) BOOST_TEST(each.reason == "it is restarting");
    mesh.start(2, {0, 1, 3});
    mesh.run_for(10s);
    BOOST_TEST(mesh.converged(), mesh.describe());
    mesh.reports.clear();
    mesh.leave(2, true);
    mesh.run_for(60s);
    BOOST_TEST(mesh.reports.size() == 15u);
    for (const auto &each : mesh.reports) BOOST_TEST(each.reason == "it has left");
}

BOOST_AUTO_TEST_CASE(a_restart_faster_than_the_detection_is_one_down_and_one_up) {
    Mesh mesh(16);
    mesh.crash(2);
    mesh.start(2, {0, 1, 3, 4});
    mesh.run_for(20s);
    BOOST_TEST(mesh.converged(), mesh.describe());
    for (std::size_t i = 0; i < 16; ++i) {
        if (i == 2) continue;
        std::vector<bool> seen;
        for (const auto &each : mesh.reports) {
            if (each.at_host == i) seen.push_back(each.up);
        }
        BOOST_TEST((seen == std::vector<bool>{false, true}));
    }
}

BOOST_AUTO_TEST_CASE(three_of_three_crash_but_one) {
    Mesh mesh(3);
    mesh.crash(0);
    mesh.crash(2);
    mesh.run_for(10s);
    BOOST_TEST(mesh.host(1).up.empty());
    mesh.start(0, {1});
    mesh.start(2, {0});
    mesh.run_for(10s);
    BOOST_TEST(mesh.converged(), mesh.describe());
}

BOOST_AUTO_TEST_SUITE_END()
