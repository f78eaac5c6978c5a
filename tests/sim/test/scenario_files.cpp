// SPDX-License-Identifier: MIT
//
// All expectations of every scenario in tests/sim/scenarios are met.
#define BOOST_TEST_MODULE sim_scenarios
#include "kith_sim_process.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <vector>

using namespace kith::sim::test;

BOOST_AUTO_TEST_CASE(every_scenario_file_is_met) {
    std::vector<std::string> files;
    for (const auto &entry : std::filesystem::directory_iterator(scenarios)) {
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    BOOST_TEST(!files.empty());
    for (const std::string &file : files) {
        std::string report;
        const int status = run_kith_sim(file, [&](std::string_view piece) { report += piece; });
        BOOST_TEST_MESSAGE(report);
        BOOST_TEST(status == 0, report);
    }
}
