// SPDX-License-Identifier: MIT
#include "stage.hpp"

#include <kith/testkit/dns_zones.hpp>
#include <kith/testkit/fail_each.hpp>

#include <malloc.h>

namespace kith::check {

namespace {

using namespace std::chrono_literals;
using testkit::Rig;
using testkit::SimNet;

void each_call_fails(const Subject &subject) {
    for_each_plugin(subject, [](const Plugin &plugin) {
        testkit::fail_each(
            [&](SimNet &net) {
                Rig rig(here(net), plugin.entry, plugin.id, plugin.options);
                rig.node("check@10.0.0.1");
                if (rig.start() == KITH_OK) {
                    rig.run_for(10s);
                    rig.stop();
                }
                keep_rules(rig);
            },
            {.status = KITH_IO, .seed = plugin.seed, .most = 10'000});
    });
}

void clock_jump(const Subject &subject) {
    for_each_plugin(subject, [](const Plugin &plugin) {
        Stage stage(plugin, plugin.seed);
        stage.start();
        for (const auto jump : {-24h, 48h, -1000h, 100'000h}) {
            stage.rig.run_for(20s);
            stage.rig.machine().jump_wall(jump);
        }
        stage.rig.run_for(20s);
        stage.stop();
    });
}

std::size_t in_use() {
    const auto info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

// As many bytes as a copy takes, and what the vector keeps in reserve.
template <class T>
std::size_t weight(const std::vector<T> &records) {
    const auto before = in_use();
    const std::vector<T> copy(records.begin(), records.end());
    return in_use() - before + (records.capacity() - copy.size()) * sizeof(T);
}

// The rig's and the resolver's own records, which are no fault of the plugin.
std::size_t recorded(const Rig &rig) {
    return weight(rig.log()) + weight(rig.observations()) + weight(rig.reports()) + weight(rig.machine().net().dns().asked());
}

void a_day(const Subject &subject) {
    skip_when_sanitized(subject);
    for_each_plugin(subject, [](const Plugin &plugin) {
        Stage stage(plugin, plugin.seed);
        stage.start();
        stage.rig.run_for(1h);
        const std::size_t records = recorded(stage.rig), open = stage.rig.outstanding(), memory = in_use();
        stage.rig.run_for(23h);
        const std::size_t allowed = memory + (recorded(stage.rig) - records) + 1'048'576;
        if (stage.rig.outstanding() > open + 64)
            throw Broken("operations pile up: " + std::to_string(open) + " after an hour, " +
                         std::to_string(stage.rig.outstanding()) + " after a day");
        if (const std::size_t now = in_use(); now > allowed)
            throw Broken("memory grows: " + std::to_string(memory) + " bytes after an hour, " + std::to_string(now) +
                         " after a day");
        stage.stop();
    });
}

constexpr Test tests[] = {
    {"each_call_fails", "T2", "stays in order when each call of a service fails in turn", each_call_fails},
    {"clock_jump", "D1", "a wall clock that jumps does no harm", clock_jump},
    {"a_day", "T3", "a simulated day without growth of memory or operations", a_day},
};

} // namespace

std::span<const Test> bad_day_tests() noexcept { return tests; }

} // namespace kith::check
