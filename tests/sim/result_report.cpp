// SPDX-License-Identifier: MIT
#include <tests/sim/report.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace kith::sim {

namespace json = boost::json;

std::string to_text(const Scenario &scenario, const Outcome &outcome, const std::string &again) {
    std::string out = scenario.file + (outcome.good() ? ": held" : ": FAILED") + ", seed " + std::to_string(outcome.seed) +
                      ": " + std::to_string(outcome.hosts) + (outcome.hosts == 1 ? " host, " : " hosts, ") +
                      to_text(outcome.lived) + " in " + to_text(outcome.wall) + ", " + std::to_string(outcome.steps) +
                      " steps, " + std::to_string(outcome.events) + " events, " +
                      std::to_string(outcome.bytes / outcome.hosts / 1024) + " KiB a host\n";
    for (const Held &held : outcome.held) {
        out += "  line " + std::to_string(held.line) + ": after " + to_text(held.since) + ": " + held.words + '\n';
    }
    for (const Failure &failure : outcome.failures) {
        out += "  " + to_text(failure.at) + ' ' + failure.host + ": " + failure.what + '\n';
        out += failure.words.empty() ? "      which a kith never does\n"
                                     : "      line " + std::to_string(failure.line) + ": " + failure.words + '\n';
    }
    if (!outcome.good()) out += "Run it again: " + again + '\n';
    return out;
}

std::string to_json(const Scenario &scenario, const Outcome &outcome, const std::string &again) {
    const auto milliseconds = [](Span span) { return static_cast<double>(span.count()) / 1e6; };
    json::array failures, held;
    for (const Failure &failure : outcome.failures) {
        failures.push_back(json::object{{"at_ms", milliseconds(failure.at)},
                                        {"host", failure.host},
                                        {"what", failure.what},
                                        {"line", failure.line},
                                        {"expectation", failure.words}});
    }
    for (const Held &one : outcome.held) {
        held.push_back(json::object{{"line", one.line}, {"after_ms", milliseconds(one.since)}, {"expectation", one.words}});
    }
    json::object all{{"scenario", scenario.file},
                     {"seed", outcome.seed},
                     {"held", outcome.good()},
                     {"failures", std::move(failures)},
                     {"since", std::move(held)},
                     {"hosts", outcome.hosts},
                     {"virtual_ms", milliseconds(outcome.lived)},
                     {"wall_ms", milliseconds(outcome.wall)},
                     {"steps", outcome.steps},
                     {"events", outcome.events},
                     {"bytes_a_host", outcome.bytes / outcome.hosts},
                     {"hash", outcome.hash}};
    if (!outcome.good()) all["again"] = again;
    return json::serialize(all) + '\n';
}

} // namespace kith::sim
