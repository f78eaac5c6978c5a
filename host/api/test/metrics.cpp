// SPDX-License-Identifier: MIT
#include "api_world.hpp"

#include <host/api/documents.hpp>
#include <host/api/event_counters.hpp>
#include <host/api/metrics_text.hpp>

#include <boost/test/unit_test.hpp>

#include <limits>
#include <map>
#include <set>

namespace kith::app::test {

namespace {

// The text, checked line by line: each family once, with its head, its samples together, and no sample twice.
std::map<std::string, double> samples_of(const std::string &text, bool open_metrics) {
    std::map<std::string, double> samples;
    std::set<std::string> families;
    std::string family, type;
    std::string_view rest = text;
    bool ended = false;
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        BOOST_TEST_REQUIRE(end != std::string_view::npos);
        const std::string line(rest.substr(0, end));
        rest.remove_prefix(end + 1);
        BOOST_TEST_REQUIRE(!ended);
        if (line == "# EOF") {
            ended = true;
        } else if (line.starts_with("# HELP ")) {
            family = line.substr(7, line.find(' ', 7) - 7);
            BOOST_TEST(families.insert(family).second, family);
        } else if (line.starts_with("# TYPE ")) {
            BOOST_TEST(line.substr(7, family.size()) == family);
            type = line.substr(8 + family.size());
        } else {
            const std::string name = line.substr(0, line.find_first_of("{ "));
            const std::string suffix = name.substr(std::min(family.size(), name.size()));
            BOOST_TEST(name.starts_with(family), line);
            const bool histogram = type == "histogram";
            BOOST_TEST((histogram                           ? suffix == "_bucket" || suffix == "_sum" || suffix == "_count"
                        : type == "counter" && open_metrics ? suffix == "_total"
                                                            : suffix.empty()),
                       line);
            if (type == "counter") BOOST_TEST(name.ends_with("_total"), line);
            const std::size_t space = line.rfind(' ');
            BOOST_TEST(samples.emplace(line.substr(0, space), std::strtod(line.c_str() + space, nullptr)).second, line);
        }
    }
    BOOST_TEST(ended == open_metrics);
    return samples;
}

} // namespace

BOOST_AUTO_TEST_SUITE(metrics)

BOOST_AUTO_TEST_CASE(text_is_escaped_and_numbers_have_names) {
    BOOST_TEST(metric_number(std::numeric_limits<double>::infinity()) == "+Inf");
    BOOST_TEST(metric_number(-std::numeric_limits<double>::infinity()) == "-Inf");
    BOOST_TEST(metric_number(std::numeric_limits<double>::quiet_NaN()) == "NaN");
    BOOST_TEST(metric_number(0.25) == "0.25");
    MetricsText text(false);
    text.family("a_total", "counter", "back\\slash\nline");
    text.sample({{"la-bel", "a\"b\\c\nd"}, {"1x", ""}}, 3);
    BOOST_TEST(text.finish() ==
               "# HELP a_total back\\\\slash\\nline\n# TYPE a_total counter\na_total{la_bel=\"a\\\"b\\\\c\\nd\",_1x=\"\"} 3\n");
    MetricsText open(true);
    open.family("a_total", "counter", "h");
    open.sample({}, 1);
    BOOST_TEST(open.finish() == "# HELP a h\n# TYPE a counter\na_total 1\n# EOF\n");
}

BOOST_AUTO_TEST_CASE(a_histogram_has_inf_and_agrees_with_its_count) {
    Histogram histogram({1, 2.5});
    for (const double value : {0.5, 1.0, 2.0, 99.0}) histogram.add(value);
    MetricsText text(false);
    text.family("h", "histogram", "h");
    text.histogram({{"l", "v"}}, histogram.bounds, histogram.counts, histogram.sum);
    BOOST_TEST(text.finish() == "# HELP h h\n# TYPE h histogram\nh_bucket{l=\"v\",le=\"1\"} 2\nh_bucket{l=\"v\",le=\"2.5\"} 3\n"
                                "h_bucket{l=\"v\",le=\"+Inf\"} 4\nh_sum{l=\"v\"} 102.5\nh_count{l=\"v\"} 4\n");
}

BOOST_AUTO_TEST_CASE(events_are_counted) {
    ApiWorld world;
    EventCounters counters(world.fixture.bus);
    auto &topology = world.fixture.topology();
    world.fixture.attach();
    world.fixture.see(topology, {"a@h", "b@h", "c@h"});
    world.fixture.pass(2s);
    world.fixture.finish("a@h");
    world.fixture.finish("b@h", KITH_REFUSED, "no");
    BOOST_TEST(counters.of(KITH_EVENT_PEER_DISCOVERED) == 3U);
    BOOST_TEST(counters.connects().at("beam") == 3U);
    BOOST_TEST((counters.connect_failures().at({"beam", KITH_REFUSED})) == 1U);
    BOOST_REQUIRE(counters.link_delays().contains("t"));
    const Histogram &delays = counters.link_delays().at("t");
    BOOST_TEST(delays.sum == 2.0);
    world.fixture.down("a@h"); // that it links again is no first link
    world.fixture.up("a@h");
    BOOST_TEST(delays.sum == 2.0);
}

BOOST_AUTO_TEST_CASE(a_burst_that_is_larger_than_the_ring_is_counted_exactly) {
    constexpr std::uint64_t burst = 100'000; // more than any bound of the bus: no turn of the loop is between them
    core::EventBus bus{{.events = 4, .bytes = 4096}};
    {
        const EventCounters counters(bus);
        for (std::uint64_t i = 0; i < burst; ++i) {
            bus.publish({.kind = KITH_EVENT_CONNECT_STARTED, .connector = "beam"}, 0);
            if (i % 4 == 0) bus.publish({.kind = KITH_EVENT_CONNECT_FAILED, .status = KITH_REFUSED, .connector = "beam"}, 0);
        }
        BOOST_TEST(counters.of(KITH_EVENT_CONNECT_STARTED) == burst);
        BOOST_TEST(counters.of(KITH_EVENT_CONNECT_FAILED) == burst / 4);
        BOOST_TEST(counters.connects().at("beam") == burst);
        BOOST_TEST((counters.connect_failures().at({"beam", KITH_REFUSED})) == burst / 4);
        BOOST_TEST(bus.lost() == 0U); // it is no subscriber, so nothing is lost by it
    }
    bus.publish({.kind = KITH_EVENT_CONNECT_STARTED, .connector = "beam"}, 0); // nobody counts any more
    BOOST_TEST(bus.last_seq() == burst + burst / 4 + 1);
}

BOOST_AUTO_TEST_CASE(both_formats_are_well_formed_and_the_series_do_not_grow_with_peers) {
    std::set<std::size_t> series;
    for (const int count : {1, 500}) {
        ApiWorld world;
        InstanceMetrics own;
        std::uint32_t id = 0;
        std::string why;
        Metric metric{KITH_METRIC_HISTOGRAM, "look_seconds", "Looks.", {{"host", "a\nb"}}, 0, {0.1, 1}, {}};
        BOOST_TEST(own.define(metric, id, why) == KITH_OK);
        BOOST_TEST(own.observe(id, 0.5) == KITH_OK);
        BOOST_TEST(own.define({KITH_METRIC_COUNTER, "asked", "Asked.", {}, 0, {}, {}}, id, why) == KITH_OK);
        EventCounters counters(world.fixture.bus);
        world.context.counters = &counters;
        auto view = world.context.view;
        world.context.view = [view, &own] {
            core::EngineView all = view();
            all.instances.push_back({"topologies.t.s", "epmd", "running", {}, &own});
            all.instances.push_back({"topologies.u.s", "epmd", "running", {}, &own});
            return all;
        };
        auto &topology = world.fixture.topology();
        world.fixture.attach();
        world.fixture.see(topology, core::test::peers_named("p", count));
        world.fixture.finish(world.fixture.connector.open.front().name);
        for (const bool open_metrics : {false, true}) {
            world.change = [&](ApiRequest &request) {
                request.accept = open_metrics ? "text/html;q=0.5, application/openmetrics-text;version=1.0.0;q=0.8" : "*/*";
            };
            const ApiAnswer answer = world.ask("/metrics");
            BOOST_TEST(answer.content_type == (open_metrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                                            : "text/plain; version=0.0.4; charset=utf-8"));
            const auto samples = samples_of(answer.body, open_metrics);
            BOOST_TEST(samples.at("kith_peers{topology=\"t\",state=\"wanted\"}") == count);
            BOOST_TEST(samples.at("kith_epmd_asked_total{instance_name=\"topologies.u.s\"}") == 0);
            BOOST_TEST(
                samples.at("kith_epmd_look_seconds_bucket{instance_name=\"topologies.t.s\",host=\"a\\nb\",le=\"+Inf\"}") == 1);
            BOOST_TEST(samples.at("kith_plugin_call_seconds_total{instance_name=\"connectors.beam\"}") == 0.003);
            BOOST_TEST(samples.at("kith_links{connector=\"beam\"}") == 1);
            if (!open_metrics) series.insert(samples.size());
        }
    }
    BOOST_TEST(series.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::app::test
