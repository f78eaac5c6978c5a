// SPDX-License-Identifier: MIT
//
// The page of a recorded run: what it contains at each time, that nothing in it can end its script element, its limit, and that recording
// changes no run. tests/integration/test_page_recorded.py opens it in a browser.
#define BOOST_TEST_MODULE sim_page
#include "build_plugins.hpp"
#include "kith_sim_process.hpp"

#include <tests/sim/page_recorder.hpp>
#include <tests/sim/page_text.hpp>
#include <tests/temporary_directory.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>
#include <map>
#include <optional>

using namespace kith::sim;
namespace core = kith::core;
namespace json = boost::json;

namespace {

// Three hosts, whose list also has a node that never runs. app3 has no kith in the third minute.
std::string scenario_text(const std::string &more = {}) {
    return R"({"about": "</script><script>throw 1</script><!-- \u2028", "duration": "5m", "hosts": {"app": {"count": 3}},
        "config": {"topologies": {"t": {"strategy": "epmd", "config": {"hosts": ["app@10.0.0.1", "app@10.0.0.2", "app@10.0.0.3"]},
        "connector": "log", "connector_config": {"node": "${NODE}"}}}},
        "faults": [{"at": "2m", "until": "3m", "kill": "app3"})" +
           more + R"(], "expect": [{"by": "1m", "links": "all"}]})";
}

struct Recorded {
    std::string document, note;
    std::uint64_t hash = 0;
};

Recorded record(const std::string &text, std::size_t limit = PageRecorder::default_limit,
                const std::vector<std::string> &hosts = {}, std::uint64_t seed = 1) {
    core::Diagnostics diagnostics;
    const auto scenario = parse_scenario("x.json", text, nullptr, diagnostics);
    BOOST_REQUIRE_MESSAGE(scenario, to_text(diagnostics));
    Trace trace(nullptr);
    Simulation simulation(*scenario, test::build_plugins(), seed, trace);
    BOOST_REQUIRE_MESSAGE(simulation.prepare(diagnostics), to_text(diagnostics));
    PageRecorder recorder(*scenario, hosts, limit);
    simulation.observe([&](const auto &host, const auto &event, auto now) { recorder.event(host, event, now); });
    simulation.observe_changes([&](const auto &host, auto now) { recorder.changed(host, now); });
    const SimulationResult result = simulation.run();
    return {recorder.document(result, "kith sim x.json"), recorder.note(), result.hash};
}

std::string_view recording_text(const std::string &document) {
    BOOST_REQUIRE(document.starts_with(page_before_recording));
    BOOST_REQUIRE(document.ends_with(page_after_recording));
    std::string_view text = document;
    text.remove_prefix(page_before_recording.size());
    text.remove_suffix(page_after_recording.size());
    return text;
}

json::object recording(const std::string &document) { return json::parse(recording_text(document)).as_object(); }

// The links of the peers that the page shows for a host at a time, as its script reads them; nothing while no kith runs there.
std::optional<std::map<std::string, std::string>> links_at(const json::object &recording, std::size_t host, std::int64_t time) {
    const json::array &values = recording.at("values").as_array();
    const auto value = [&](const json::value &number) -> const json::value & {
        return values.at(number.to_number<std::size_t>());
    };
    std::map<std::string, std::string> links;
    bool running = false;
    for (const json::value &frame : recording.at("hosts").at(host).at("frames").as_array()) {
        if (frame.at(0).to_number<std::int64_t>() > time) break;
        running = !frame.at(1).is_null();
        if (!running) links.clear();
        for (const json::value &key : frame.at(5).as_array()) {
            const std::string name(value(key).as_string());
            links.erase(name.substr(name.find('\n') + 1));
        }
        for (const json::value &peer : frame.at(4).as_array())
            links[std::string(value(peer.at(0)).at("name").as_string())] = std::string(value(peer.at(2)).as_string());
    }
    return running ? std::optional(links) : std::nullopt;
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

std::string content(const std::string &file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

BOOST_AUTO_TEST_CASE(each_moment_has_the_peers_of_that_moment) {
    const json::object run = recording(record(scenario_text()).document);
    BOOST_TEST(run.at("end").to_number<std::int64_t>() == 300'000);
    BOOST_TEST(run.at("failures").as_array().empty());
    BOOST_TEST(run.at("faults").at(0).at("until").to_number<std::int64_t>() == 180'000);
    BOOST_TEST(run.at("hosts").as_array().size() == 3U);
    const std::map<std::string, std::string> both{{"app@10.0.0.2", "up"}, {"app@10.0.0.3", "up"}};
    BOOST_TEST((links_at(run, 0, 60'000) == both));
    BOOST_TEST(links_at(run, 2, 60'000)->size() == 2U);
    BOOST_TEST(!links_at(run, 2, 150'000));
    BOOST_TEST(links_at(run, 2, 240'000)->size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_peer_that_is_not_linked_has_its_cause_and_its_remedy) {
    const std::string document = record(R"({"duration": "5m", "hosts": {"app": {"count": 2}}, "expect": [],
        "config": {"topologies": {"t": {"strategy": "gossip", "config": {}, "connector": "log", "connector_config": {"node": "${NODE}"}}}},
        "faults": [{"at": "1m", "until": "4m", "partition": ["app1", "app2"]}]})")
                                     .document;
    const json::object run = recording(document);
    bool explained = false;
    for (const json::value &value : run.at("values").as_array())
        explained =
            explained || (value.is_object() && value.as_object().contains("cause") && !value.at("remedy").as_string().empty());
    BOOST_TEST(explained);
    BOOST_TEST(!run.at("hosts").at(0).at("events").as_array().empty());
    BOOST_TEST(count(recording_text(document), "observation.ok") == 0U);
}

BOOST_AUTO_TEST_CASE(nothing_in_it_ends_its_script) {
    const std::string document = record(scenario_text()).document;
    BOOST_TEST(count(recording_text(document), "<") == 0U);
    BOOST_TEST(recording(document).at("about").as_string() == "</script><script>throw 1</script><!-- \xE2\x80\xA8");
    BOOST_TEST(count(document, "</script>") == 2U);
    std::string text = std::string(page_before_recording) + std::string(page_after_recording);
    for (std::size_t at = text.find("http://www.w3.org/"); at != std::string::npos; at = text.find("http://www.w3.org/"))
        text.erase(at, 18); // the names of XML's namespaces are no addresses
    for (const char *word :
         {"http://", "https://", " src=", "@import", "innerHTML", "unsafe-", "{{policy", "{{timeline", "{{rec"})
        BOOST_TEST(text.find(word) == std::string::npos, word);
}

BOOST_AUTO_TEST_CASE(its_size_is_bounded_and_what_is_left_out_is_reported) {
    const Recorded whole = record(scenario_text());
    BOOST_TEST(whole.note.empty());
    const std::size_t beside = 2000; // what the limit does not count
    std::size_t limit = 4 * recording_text(whole.document).size();
    Recorded fewer = whole;
    while (fewer.note.empty()) fewer = record(scenario_text(), limit = limit * 19 / 20);
    BOOST_TEST(fewer.note.starts_with("The recording contains 2 of 3 hosts"), fewer.note);
    BOOST_TEST(recording(fewer.document).at("note").as_string() == fewer.note);
    BOOST_TEST(recording(fewer.document).at("hosts").as_array().size() == 2U);
    BOOST_TEST(recording_text(fewer.document).size() <= limit + beside);
    const Recorded begun = record(scenario_text(), 2500);
    BOOST_TEST(begun.note.starts_with("The recording contains only host app1, up to "), begun.note);
    BOOST_TEST(recording_text(begun.document).size() <= 2500 + beside);
    BOOST_TEST(recording(begun.document).at("end").to_number<std::int64_t>() < 300'000);
    const json::object chosen = recording(record(scenario_text(), PageRecorder::default_limit, {"app3"}).document);
    BOOST_TEST(chosen.at("hosts").as_array().size() == 1U);
    BOOST_TEST(chosen.at("hosts").at(0).at("name").as_string() == "app3");
}

BOOST_AUTO_TEST_CASE(recording_changes_no_run) {
    core::Diagnostics diagnostics;
    const auto scenario = parse_scenario("x.json", scenario_text(), nullptr, diagnostics);
    Trace trace(nullptr);
    Simulation simulation(*scenario, test::build_plugins(), 1, trace);
    BOOST_REQUIRE(simulation.prepare(diagnostics));
    BOOST_TEST(simulation.run().hash == record(scenario_text()).hash);
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_page_in_any_process) {
    const kith::test::TemporaryDirectory directory;
    const auto page = [&](const std::string &words, const std::string &name) {
        const auto nothing = [](std::string_view) {};
        BOOST_TEST(test::run_kith_sim(test::scenarios + "gossip_forty.json --page-hosts app1,app2 " + words + " --page " +
                                          (directory / name).string(),
                                      nothing) == 0);
        return content((directory / name).string());
    };
    const std::string one = page("--seed 1", "one");
    BOOST_TEST(one.size() > 100'000U);
    BOOST_TEST((one == page("--seed 1", "two")));
    BOOST_TEST((one != page("--seed 2", "other")));
}

BOOST_AUTO_TEST_CASE(wrong_options_are_refused) {
    const kith::test::TemporaryDirectory directory;
    const std::string file = test::scenarios + "fixed_list.json ";
    const auto nothing = [](std::string_view) {};
    for (const std::string &words :
         {"--seeds 2 --page " + (directory / "page").string(), "--page-hosts app9 --page " + (directory / "page").string(),
          std::string("--page-hosts app1"), "--page " + (directory / "none/page").string()})
        BOOST_TEST(test::run_kith_sim(file + words, nothing) == 2, words);
}
