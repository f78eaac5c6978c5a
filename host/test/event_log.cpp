// SPDX-License-Identifier: MIT
#include <host/event_log.hpp>

#include <core/cluster/events/event_bus.hpp>
#include <kith/service/log.h>

#include <boost/test/unit_test.hpp>

#include <span>
#include <string>
#include <utility>
#include <vector>

using namespace kith;
using namespace kith::app;

namespace {

class Lines final : public core::Logger {
  public:
    std::uint32_t level() const noexcept override { return lowest; }
    void write(std::uint32_t level, std::string_view who, std::string_view message,
               std::span<const kith_attribute> fields) noexcept override {
        std::string line = std::to_string(level) + ' ' + std::string(who) + std::string(message);
        for (const kith_attribute &field : fields) {
            line.append(1, ' ')
                .append(field.name.data, field.name.size)
                .append(1, '=')
                .append(field.value.data, field.value.size);
        }
        lines.push_back(line);
    }
    std::uint32_t lowest = KITH_LOG_TRACE;
    std::vector<std::string> lines;
};

struct EventLogFixture {
    core::EventRef stored(const core::Event &event) {
        const auto reader = bus.subscribe({.after = bus.last_seq(), .notify = {}});
        bus.publish(event, 0);
        std::vector<core::EventRef> events;
        bus.take(reader, 1, events);
        return events.at(0);
    }
    core::EventBus bus;
    Lines log;
    EventLog event_log{log};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(event_log, EventLogFixture)

BOOST_AUTO_TEST_CASE(variable_values_are_in_the_fields) {
    event_log.write(*stored({.kind = KITH_EVENT_CONNECT_FAILED,
                             .status = KITH_UNAUTHORIZED,
                             .duration = 12'345'678,
                             .has_duration = true,
                             .topology = "t",
                             .connector = "c",
                             .peer = "app@a",
                             .reason = "the cookies differ"}));
    BOOST_REQUIRE(log.lines.size() == 1u);
    BOOST_TEST(
        log.lines[0] ==
        "3 could not connect topology=t connector=c peer=app@a status=unauthorized reason=the cookies differ duration_ms=12.3");
}

BOOST_AUTO_TEST_CASE(events_below_the_level_are_not_logged) {
    const auto event = stored({.kind = KITH_EVENT_OBSERVATION_OK, .topology = "t"});
    log.lowest = KITH_LOG_INFO;
    event_log.write(*event);
    BOOST_TEST(log.lines.empty());
    log.lowest = KITH_LOG_DEBUG;
    event_log.write(*event);
    BOOST_TEST(log.lines.size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_left_out_is_logged_at_info_when_it_changes) {
    log.lowest = KITH_LOG_INFO;
    const auto observed = [&](std::uint64_t left_out, std::string_view reason, std::string_view source = "s") {
        const core::EventCount counts[] = {{"peers", 2}, {"left_out", left_out}};
        event_log.write(*stored({.kind = KITH_EVENT_OBSERVATION_OK,
                                 .topology = "t",
                                 .source = source,
                                 .reason = reason,
                                 .counts = std::span(counts).first(left_out == 0 ? 1 : 2)}));
        return std::exchange(log.lines, {});
    };
    using Logged = std::vector<std::string>;
    const std::string line = "2 discovery left out what is not a peer topology=t source=s left_out=";
    BOOST_TEST(observed(0, "") == Logged{});
    BOOST_TEST(observed(4, "no address") == Logged{line + "4 reason=no address"});
    BOOST_TEST(observed(4, "no address") == Logged{});
    BOOST_TEST(observed(4, "no address", "other").size() == 1u);
    BOOST_TEST(observed(5, "no address") == Logged{line + "5 reason=no address"});
    BOOST_TEST(observed(5, "not ready") == Logged{line + "5 reason=not ready"});
    BOOST_TEST(observed(0, "") == Logged{});
    BOOST_TEST(observed(5, "not ready").size() == 1u);
}

BOOST_AUTO_TEST_CASE(every_kind_has_its_sentence) {
    for (std::uint32_t kind = 0; kind < core::event_kinds; ++kind) event_log.write(*stored({.kind = kind}));
    BOOST_TEST(log.lines.size() == core::event_kinds);
    for (std::size_t i = 0; i < log.lines.size(); ++i) {
        BOOST_TEST(log.lines[i].size() > 6u);
        for (std::size_t j = 0; j < i; ++j) BOOST_TEST(log.lines[i] != log.lines[j]);
    }
}

BOOST_AUTO_TEST_SUITE_END()
