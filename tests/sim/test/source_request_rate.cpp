// SPDX-License-Identifier: MIT
//
// The request rate at a source, by two hundred hosts that were started together: in normal operation, during an outage, and after it.
#include "readme_table.hpp"
#include "source_fault_matrix.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>

namespace kith::sim::test {

namespace {

using namespace std::chrono_literals;

constexpr Duration outage = 10min, over = 20min, end = 22min;

/// Counts the requests of each second of the run.
class RequestMeter {
  public:
    explicit RequestMeter(SimulatedSource &source) : source_(source) { again(); }

    std::vector<std::size_t> between(Duration from, Duration to) const {
        return {seconds_.begin() + from / 1s, seconds_.begin() + to / 1s};
    }

  private:
    void again() {
        source_.net().in(1s, [this] {
            const std::size_t now = source_.requests();
            seconds_.push_back(now - before_);
            before_ = now;
            again();
        });
    }

    SimulatedSource &source_;
    std::size_t before_ = 0;
    std::vector<std::size_t> seconds_;
};

std::size_t sum(const std::vector<std::size_t> &seconds) {
    return std::accumulate(seconds.begin(), seconds.end(), std::size_t{});
}
std::size_t most(const std::vector<std::size_t> &seconds) { return *std::ranges::max_element(seconds); }

// Rounded to two digits, so that the table does not change with each seed.
std::size_t rounded(std::size_t number) {
    std::size_t unit = 1;
    while (number / unit >= 100) unit *= 10;
    return (number + unit / 2) / unit * unit;
}

std::string words(const std::vector<std::size_t> &seconds) {
    return std::to_string(rounded(sum(seconds) * 60 / seconds.size())) + " per minute, at most " +
           std::to_string(rounded(most(seconds))) + " in one second";
}

// The rates of one strategy in three intervals of the run.
std::vector<std::string> rates_of(const SourceColumn &column) {
    const SourceRow outage_row{"an outage",
                               "",
                               outage,
                               over,
                               [](SimulatedSource &source) { source.set_failing(true); },
                               [](SimulatedSource &source) { source.set_failing(false); },
                               "",
                               200};
    std::unique_ptr<RequestMeter> meter;
    const std::string failed = run_with_source(
        column, outage_row, end, [&](SourceSimulation &world) { meter = std::make_unique<RequestMeter>(world.source); });
    BOOST_TEST(failed.empty(), column.name << ": " << failed);
    if (!failed.empty()) return {"", "", ""};
    const auto quiet = meter->between(5min, outage), ill = meter->between(outage + 1min, over),
               back = meter->between(over, over + 1min);
    // No host sends more requests during an outage: on average one query of two requests in half a minute, plus a tenth for random variation.
    BOOST_TEST(sum(ill) <= 9u * 200u * 2u * 2u * 11u / 10u, column.name);
    // Not all hosts send at the same time: at most a third of them in one second.
    BOOST_TEST(most(ill) <= 70u, column.name);
    BOOST_TEST(most(quiet) <= 200u, column.name);
    BOOST_TEST(most(back) <= 200u, column.name);
    return {words(quiet), words(ill), words(back)};
}

} // namespace

// The rows of this table are strategies.
BOOST_AUTO_TEST_CASE(requests_of_two_hundred_hosts_are_spread) {
    Table table{.name = "rates",
                .program = "sim_sources",
                .columns = {"normal operation", "an outage of 10 min, from its second minute", "the minute after the outage"},
                .rows = {},
                .by_rows = true};
    std::vector<const SourceColumn *> rated;
    for (const SourceColumn &column : source_columns()) {
        if (!column.rated) continue;
        rated.push_back(&column);
        table.rows.push_back(column.name);
    }
    std::map<std::size_t, std::vector<std::string>> rates;
    check_table(table, [&](std::size_t row, std::size_t column) {
        if (!rates.contains(row)) rates[row] = rates_of(*rated[row]);
        return rates[row][column];
    });
}

} // namespace kith::sim::test
