// SPDX-License-Identifier: MIT
//
// A kith with `policy.remember`, whose source may have an outage, and which can be killed and started again.
#pragma once

#include "scripted_plugin.hpp"

#include <core/engine/remembered_peers_file.hpp>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace kith::core::test {

using namespace std::chrono_literals;

inline constexpr const char *peers_path = "/state/topologies.t.peers";

// A kith that remembers. Whom it dials, it links to.
struct RememberingKith : Kith {
    using Names = std::set<std::string>;
    Names dialled, parted;
    std::vector<std::string> answer; // of the source
    std::vector<std::uint64_t> under_way;
    bool outage = false;

    explicit RememberingKith(kith::testkit::SimNet *given = nullptr) : Kith(given) {
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
    std::string file() const { return machine.file(peers_path).value_or("none"); }
    bool ever_parted() { return connector().log.find("disconnect") != std::string::npos; }
    std::size_t logged(std::string_view part) const {
        return static_cast<std::size_t>(
            std::count_if(log.lines.begin(), log.lines.end(), [&](const auto &line) { return line.find(part) != line.npos; }));
    }
    PeerClass class_of(const char *name) const { return engine->topology("t")->class_of(name); }
};

inline const RememberingKith::Names three{"a@x", "b@x", "c@x"};

} // namespace kith::core::test
