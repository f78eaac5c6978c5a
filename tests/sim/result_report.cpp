// SPDX-License-Identifier: MIT
#include <tests/sim/result_report.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace kith::sim {

namespace json = boost::json;

std::string to_text(const Scenario &scenario, const SimulationResult &result, const std::string &again) {
    std::string out = scenario.file + (result.good() ? ": held" : ": FAILED") + ", seed " + std::to_string(result.seed) + ": " +
                      std::to_string(result.hosts) + (result.hosts == 1 ? " host, " : " hosts, ") + to_text(result.lived) +
                      " in " + to_text(result.wall) + ", " + std::to_string(result.steps) + " steps, " +
                      std::to_string(result.events) + " events, " + std::to_string(result.bytes / result.hosts / 1024) +
                      " KiB a host\n";
    for (const SatisfiedExpectation &held : result.held) {
        out += "  line " + std::to_string(held.line) + ": after " + to_text(held.since) + ": " + held.json + '\n';
    }
    for (const Failure &failure : result.failures) {
        out += "  " + to_text(failure.at) + ' ' + failure.host + ": " + failure.what + '\n';
        out += failure.json.empty() ? "      violates a rule of kith\n"
                                    : "      line " + std::to_string(failure.line) + ": " + failure.json + '\n';
    }
    if (!result.good()) out += "Run it again: " + again + '\n';
    return out;
}

std::string to_json(const Scenario &scenario, const SimulationResult &result, const std::string &again) {
    const auto milliseconds = [](Duration span) { return static_cast<double>(span.count()) / 1e6; };
    json::array failures, held;
    for (const Failure &failure : result.failures) {
        failures.push_back(json::object{{"at_ms", milliseconds(failure.at)},
                                        {"host", failure.host},
                                        {"what", failure.what},
                                        {"line", failure.line},
                                        {"expectation", failure.json}});
    }
    for (const SatisfiedExpectation &one : result.held) {
        held.push_back(json::object{{"line", one.line}, {"after_ms", milliseconds(one.since)}, {"expectation", one.json}});
    }
    json::object all{{"scenario", scenario.file},
                     {"seed", result.seed},
                     {"held", result.good()},
                     {"failures", std::move(failures)},
                     {"since", std::move(held)},
                     {"hosts", result.hosts},
                     {"virtual_ms", milliseconds(result.lived)},
                     {"wall_ms", milliseconds(result.wall)},
                     {"steps", result.steps},
                     {"events", result.events},
                     {"bytes_a_host", result.bytes / result.hosts},
                     {"hash", result.hash}};
    if (!result.good()) all["again"] = again;
    return json::serialize(all) + '\n';
}

} // namespace kith::sim
