// SPDX-License-Identifier: MIT
//
// Peers outlive kith: restarts while the source cannot look, and files that are not to be trusted.
#include "scripted_plugin.hpp"

#include <core/engine/remembered_peers_file.hpp>
#include <kith/testkit/fail_each.hpp>

#include <set>
#include <stdexcept>

using namespace kith::core;
using namespace kith::core::test;
using namespace std::chrono_literals;

namespace {

constexpr const char *path = "/state/topologies.t.peers";

// A kith that remembers. Whom it dials, it links to.
struct Forgetful : Kith {
    using Names = std::set<std::string>;
    Names dialled, parted;
    std::vector<std::string> answer; // of the source
    std::vector<std::uint64_t> under_way;
    bool outage = false;

    explicit Forgetful(kith::testkit::SimNet *given = nullptr) : Kith(given) {
        config.state_dir = "/state";
        config.topologies.front().policy = libcluster_policy(); // the most eager to part
        config.topologies.front().policy.remember = true;
        machine.directory("/state");
        strategy().start = [this](ScriptedPlugin &p) { return look(p); };
        strategy().refresh = [this](ScriptedPlugin &p) { look(p); };
        connector().start = [](ScriptedPlugin &p) {
            p.attach("me@x", 1);
            return KITH_OK;
        };
        connector().connect = [this](ScriptedPlugin &p, std::uint64_t op, const std::string &name) -> std::int32_t {
            dialled.insert(name);
            const kith_link link{text(name), nullptr, 0, 0};
            p.connector().link_up(p.host, 1, &link);
            under_way.push_back(op);
            return KITH_OK;
        };
    }

    // What was dialled until now ends well, and time passes.
    void run(std::chrono::nanoseconds span) {
        Kith::run(1ms);
        ScriptedPlugin *c = connector().now;
        for (const std::uint64_t op : std::exchange(under_way, {})) {
            if (c != nullptr) c->connector().done(c->host, op, KITH_OK, {});
        }
        Kith::run(span);
    }

    std::int32_t look(ScriptedPlugin &p) {
        if (outage) return p.discovery().failed(p.host, KITH_TIMED_OUT, text("no answer")), KITH_OK;
        return p.replace(answer);
    }
    void see(std::vector<std::string> names) {
        outage = false;
        answer = std::move(names);
        engine->refresh();
        run(1ms);
    }
    // As kill -9 does, and a start soon after.
    void killed() {
        engine->kill();
        under_way.clear();
        engine.reset();
        dialled.clear();
        log.lines.clear();
        connector().log.clear();
    }
    void start_in_outage() {
        outage = true;
        start();
        run(10s);
    }
    std::string file() const { return machine.file(path).value_or("none"); }
    bool ever_parted() { return connector().log.find("disconnect") != std::string::npos; }
    std::size_t logged(std::string_view part) const {
        return static_cast<std::size_t>(
            std::count_if(log.lines.begin(), log.lines.end(), [&](const auto &line) { return line.find(part) != line.npos; }));
    }
    PeerClass class_of(const char *name) const { return engine->topology("t")->class_of(name); }
};

const Forgetful::Names three{"a@x", "b@x", "c@x"};

} // namespace

BOOST_AUTO_TEST_SUITE(peer_memory)

BOOST_AUTO_TEST_CASE(after_a_restart_in_an_outage_remembered_peers_are_connected) {
    Forgetful kith;
    kith.answer = {"a@x", "b@x", "c@x"};
    kith.start();
    kith.run(3s);
    kith.killed();
    kith.start_in_outage();
    BOOST_TEST(kith.dialled == three, boost::test_tools::per_element());
    BOOST_TEST((kith.class_of("a@x") == PeerClass::held));
    BOOST_TEST(kith.engine->topology("t")->stale());
    BOOST_TEST(kith.engine->topology("t")->linked() == 3u);
    BOOST_TEST(kith.count(KITH_EVENT_PEER_DISCOVERED) == 3u);
    BOOST_TEST(kith.count(KITH_EVENT_TOPOLOGY_READY) == 0u); // the source has not looked
    kith.run(20h);
    BOOST_TEST((kith.class_of("a@x") == PeerClass::held));
    kith.see({"a@x", "b@x", "c@x"});
    BOOST_TEST((kith.class_of("a@x") == PeerClass::wanted));
    BOOST_TEST(!kith.engine->topology("t")->stale());
    BOOST_TEST(kith.count(KITH_EVENT_TOPOLOGY_READY) == 1u);
    BOOST_TEST(!kith.ever_parted());
    kith.stop();
}

BOOST_AUTO_TEST_CASE(a_source_that_returns_with_other_peers_causes_no_disconnect) {
    for (const std::vector<std::string> &then : {std::vector<std::string>{"a@x"}, {"d@x", "e@x"}, {}}) {
        Forgetful kith;
        kith.answer = {"a@x", "b@x", "c@x"};
        kith.start();
        kith.run(3s);
        kith.killed();
        kith.start_in_outage();
        kith.see(then);
        kith.run(1h);
        BOOST_TEST(!kith.ever_parted());
        BOOST_TEST((kith.class_of("b@x") == PeerClass::none));
        BOOST_TEST(kith.engine->topology("t")->size() == then.size());
        for (const auto &name : then) BOOST_TEST(kith.dialled.contains(name));
        // What is written now is what the source says.
        for (const auto &name : then) BOOST_TEST(kith.file().find(name) != std::string::npos);
        BOOST_TEST(kith.file().find("b@x") == std::string::npos);
        kith.stop();
    }
}

BOOST_AUTO_TEST_CASE(peers_seen_in_this_run_can_be_disconnected) {
    Forgetful kith;
    kith.answer = {"a@x", "b@x"};
    kith.start();
    kith.run(3s);
    kith.killed();
    kith.start_in_outage();
    kith.see({"a@x", "b@x"});
    kith.see({"a@x"});
    kith.run(1s);
    BOOST_TEST(kith.ever_parted());
    kith.stop();
}

BOOST_AUTO_TEST_CASE(a_clean_stop_writes_at_once) {
    Forgetful kith;
    kith.answer = {"a@x", "b@x", "c@x"};
    kith.start();
    BOOST_TEST(kith.file() == "none");
    BOOST_TEST((kith.stop() < 100ms));
    const auto known = read_remembered_peers(kith.file());
    BOOST_REQUIRE(known.has_value());
    BOOST_TEST(known->name == "t");
    BOOST_REQUIRE(known->sources.size() == 1u);
    BOOST_TEST(known->sources.front().peers.size() == 3u);
}

BOOST_AUTO_TEST_CASE(nothing_is_stored_by_default) {
    Forgetful kith;
    kith.config.topologies.front().policy.remember = false;
    kith.answer = {"a@x"};
    kith.start();
    kith.run(10s);
    kith.stop();
    BOOST_TEST(kith.file() == "none");
}

// Restarts during one long outage do not make the peers any younger.
BOOST_AUTO_TEST_CASE(restarts_do_not_renew_the_age_of_unseen_peers) {
    Forgetful kith;
    kith.answer = {"a@x", "b@x", "c@x"};
    kith.start();
    kith.run(3s);
    kith.killed();
    for (int i = 0; i < 2; ++i) {
        kith.start_in_outage();
        BOOST_TEST(kith.dialled == three, boost::test_tools::per_element());
        kith.run(11h);
        if (i == 0) {
            kith.killed();
        } else {
            kith.stop();
            kith.dialled.clear();
        }
    }
    kith.run(3h);
    kith.log.lines.clear();
    kith.start_in_outage();
    BOOST_TEST(kith.dialled.empty());
    BOOST_TEST(kith.logged("they were last known more than 24 hours ago") == 1u);
    kith.stop();
}

// A day without any change, and then the outage.
BOOST_AUTO_TEST_CASE(the_file_is_written_again_while_the_source_reports) {
    Forgetful kith;
    kith.answer = {"a@x", "b@x", "c@x"};
    kith.start();
    for (int i = 0; i < 30 * 60; ++i) {
        kith.run(1min);
        kith.engine->refresh();
    }
    kith.killed();
    kith.start_in_outage();
    BOOST_TEST(kith.dialled == three, boost::test_tools::per_element());
    kith.stop();
}

BOOST_AUTO_TEST_CASE(many_changes_cause_few_writes) {
    Forgetful kith;
    kith.start();
    std::string before = kith.file();
    int writings = 0;
    for (int i = 0; i < 600; ++i) {
        kith.see({"a@x", "b" + std::to_string(i) + "@x"});
        kith.run(100ms);
        if (std::exchange(before, kith.file()) != kith.file()) ++writings;
    }
    BOOST_TEST(writings >= 10);
    BOOST_TEST(writings <= 13); // of 60 s
    kith.stop();
}

BOOST_AUTO_TEST_CASE(a_source_that_reports_before_the_file_is_read_ignores_it) {
    Forgetful kith;
    kith.answer = {"a@x", "b@x"};
    kith.start();
    kith.run(3s);
    kith.killed();
    kith.answer = {"c@x"};
    kith.start();
    kith.run(3s);
    BOOST_TEST(kith.dialled == Forgetful::Names{"c@x"}, boost::test_tools::per_element());
    kith.stop();
}

BOOST_AUTO_TEST_CASE(one_of_two_sources_has_reported) {
    Forgetful kith;
    kith.config.topologies.front().sources.push_back({"other", "puppet", "{}", true});
    Script &other = scripts["topologies.t.other"];
    other.start = [](ScriptedPlugin &p) { return p.replace({"b@x"}); };
    kith.answer = {"a@x"};
    kith.start();
    kith.run(3s);
    kith.killed();
    other.start = [](ScriptedPlugin &) { return KITH_OK; }; // silent
    kith.answer = {};
    kith.start();
    kith.run(10s);
    BOOST_TEST(kith.dialled == Forgetful::Names{"b@x"}, boost::test_tools::per_element());
    BOOST_TEST((kith.class_of("b@x") == PeerClass::held));
    kith.killed(); // and what the silent one had is still known
    kith.start_in_outage();
    BOOST_TEST(kith.dialled == Forgetful::Names{"b@x"}, boost::test_tools::per_element());
    kith.stop();
}

// ---- files that are not used ----

namespace {

// A kith that starts in an outage with a file as the test has left it: nobody is dialled, and the log says why.
struct Spoilt {
    Forgetful kith;

    Spoilt() {
        kith.answer = {"a@x", "b@x", "c@x"};
        kith.start();
        kith.run(3s);
        kith.killed();
    }
    void refuses(std::string_view why, std::string_view level_message = "the peers of before the restart are not used") {
        kith.start_in_outage();
        BOOST_TEST(kith.dialled.empty());
        BOOST_TEST(kith.logged(why) == 1u, why);
        BOOST_TEST(kith.logged(level_message) == 1u);
        BOOST_TEST(kith.logged(path) == 1u);
        kith.see({"a@x"}); // and everything goes on
        BOOST_TEST(kith.dialled == Forgetful::Names{"a@x"}, boost::test_tools::per_element());
        kith.run(10s);
        BOOST_TEST(read_remembered_peers(kith.file()).has_value()); // mended
        kith.stop();
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_damaged_file_is_ignored) {
    Spoilt spoilt;
    std::string bytes = spoilt.kith.file();
    bytes[bytes.find("b@x")] = 'z';
    spoilt.kith.machine.file(path, bytes, {0600, 1000, 1000});
    spoilt.refuses("the file is damaged: line 6: the sum does not fit");
}

BOOST_AUTO_TEST_CASE(a_truncated_file_is_ignored) {
    Spoilt spoilt;
    const std::string bytes = spoilt.kith.file();
    spoilt.kith.machine.file(path, std::string_view(bytes).substr(0, bytes.size() - 1), {0600, 1000, 1000});
    spoilt.refuses("the file is damaged: line 6: it ends too early");
}

BOOST_AUTO_TEST_CASE(an_empty_file_is_ignored) {
    Spoilt spoilt;
    spoilt.kith.machine.file(path, "", {0600, 1000, 1000});
    spoilt.refuses("the file is damaged: line 1: it ends too early");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_too_large_is_ignored) {
    Spoilt spoilt;
    spoilt.kith.machine.file(path, std::string(remembered_peers_size_limit + 1, '{'), {0600, 1000, 1000});
    spoilt.refuses("");
}

BOOST_AUTO_TEST_CASE(a_file_of_another_user_is_ignored) {
    Spoilt spoilt;
    spoilt.kith.machine.file(path, spoilt.kith.file(), {0644, 1001, 1001});
    spoilt.refuses("the file belongs to another user");
}

BOOST_AUTO_TEST_CASE(a_file_that_others_can_write_is_ignored) {
    Spoilt spoilt;
    spoilt.kith.machine.file(path, spoilt.kith.file(), {0660, 1000, 1000});
    spoilt.refuses("group or others could have written the file");
}

BOOST_AUTO_TEST_CASE(an_unreadable_file_is_ignored) {
    Spoilt spoilt;
    spoilt.kith.machine.file(path, spoilt.kith.file(), {0000, 1000, 1000});
    spoilt.refuses("no permission");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_too_old_is_ignored) {
    Spoilt spoilt;
    spoilt.kith.run(25h);
    spoilt.refuses("s: they were last known more than 24 hours ago");
}

BOOST_AUTO_TEST_CASE(a_file_from_the_future_is_ignored) {
    Spoilt spoilt;
    spoilt.kith.machine.jump_wall(-1h);
    spoilt.refuses("s: they are of the future");
}

BOOST_AUTO_TEST_CASE(a_file_of_another_topology_is_ignored) {
    Spoilt spoilt;
    RememberedPeersWriter writer("another");
    writer.source("s", "puppet", "", 0);
    spoilt.kith.machine.file(path, writer.finish(), {0600, 1000, 1000});
    spoilt.refuses("another: this is another topology");
}

BOOST_AUTO_TEST_CASE(peers_of_other_options_are_ignored) {
    Spoilt spoilt;
    spoilt.kith.config.topologies.front().sources.front().options = R"({"query":"elsewhere"})";
    spoilt.refuses("s: its configuration has changed");
}

BOOST_AUTO_TEST_CASE(peers_of_a_removed_strategy_are_ignored) {
    Spoilt spoilt;
    RememberedPeersWriter writer("t");
    writer.source("gone", "puppet", "", 0);
    spoilt.kith.machine.file(path, writer.finish(), {0600, 1000, 1000});
    spoilt.refuses("gone: the topology has no such strategy any more");
}

BOOST_AUTO_TEST_CASE(a_file_with_invalid_peers_is_ignored) {
    Spoilt spoilt;
    auto known = read_remembered_peers(spoilt.kith.file());
    const RememberedSource &source = known->sources.front();
    RememberedPeersWriter writer("t");
    writer.source(source.name, source.strategy, source.config, source.seen);
    writer.peer({"a", "a@x", {}, 0});
    writer.peer({"a", "b@x", {}, 0});
    spoilt.kith.machine.file(path, writer.finish(), {0600, 1000, 1000});
    spoilt.refuses("\"a\"");
}

// ---- a disk that does not take it ----

BOOST_AUTO_TEST_CASE(a_full_disk_is_logged_once_and_the_write_retried) {
    for (const std::int32_t status : {KITH_IO, KITH_DENIED}) {
        Forgetful kith;
        kith.answer = {"a@x"};
        kith.machine.fail_path(path, status);
        kith.start();
        kith.log.lines.clear();
        kith.run(10min);
        BOOST_TEST(kith.logged("peers cannot be kept for a restart") == 1u);
        BOOST_TEST(kith.logged(path) == 1u);
        kith.machine.fail_path(path, KITH_OK);
        kith.run(6s);
        BOOST_TEST(kith.logged("peers are kept for a restart again") == 1u);
        BOOST_TEST(read_remembered_peers(kith.file()).has_value());
        kith.stop();
    }
}

BOOST_AUTO_TEST_CASE(without_the_directory_the_topology_still_runs) {
    Forgetful kith;
    kith.config.state_dir = "/nowhere";
    kith.answer = {"a@x"};
    kith.start();
    kith.run(10s);
    BOOST_TEST(kith.logged("peers cannot be kept for a restart") == 1u);
    BOOST_TEST(kith.dialled == Forgetful::Names{"a@x"}, boost::test_tools::per_element());
    BOOST_TEST((kith.stop() < 3s));
}

// Whatever call into the world fails, once: the peers are dialled, or the log says why they are not known.
BOOST_AUTO_TEST_CASE(every_service_call_can_fail_around_a_restart) {
    const auto failed = ::kith::testkit::fail_each([](::kith::testkit::SimNet &net) {
        Forgetful kith(&net);
        kith.answer = {"a@x", "b@x", "c@x"};
        kith.start();
        kith.run(2min);
        if (kith.stop() > 12s) throw std::runtime_error("stop took too long");
        kith.dialled.clear();
        kith.connector().log.clear();
        kith.engine.reset();
        kith.log.lines.clear();
        kith.start_in_outage();
        kith.run(2min);
        if (kith.dialled != three && kith.logged("not used") == 0) throw std::runtime_error("forgotten without a word");
        kith.see({"a@x"});
        kith.run(10s);
        if (kith.ever_parted()) throw std::runtime_error("somebody was parted");
        if (kith.stop() > 12s) throw std::runtime_error("stop took too long");
    });
    BOOST_TEST(failed >= 4u);
}

BOOST_AUTO_TEST_SUITE_END()
