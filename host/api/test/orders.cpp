// SPDX-License-Identifier: MIT
//
// The requests that change what a topology does, with every code they answer, and how the documents show it.
#include "api_world.hpp"

#include <host/api/duration.hpp>

#include <boost/test/unit_test.hpp>

namespace kith::app::test {

namespace {

struct Orders : ApiWorld {
    core::LiveTopology &topology;

    Orders() : topology(fixture.topology(policy(), "app one")) {
        fixture.automatic = true;
        fixture.attach();
        fixture.see(topology, {"a@h", "b@h", "c@h", "d@h"});
    }
    static core::Policy policy() {
        core::Policy policy = core::libcluster_policy();
        policy.guard = true;
        return policy;
    }
    ApiAnswer order(const std::string &path, std::string_view content = {}) {
        change = [&](ApiRequest &request) { request.body = content; };
        ApiAnswer answer = ask("/v1/topologies/app%20one/" + path, "POST", Right::control);
        change = [](ApiRequest &) {};
        return answer;
    }
    std::string refused(const std::string &path, std::string_view content = {}) { return error(order(path, content)); }
    boost::json::value shown() { return json("/v1/topologies/app%20one"); }
    std::string why(const std::string &name) {
        return text(json("/v1/peers/" + name + "/why").at("topologies").at(0).at("code"));
    }
    bool parted(const std::string &name) { return count(fixture.calls(), "disconnect " + name) == 1; }
    static std::size_t count(const std::vector<std::string> &lines, const std::string &line) {
        return static_cast<std::size_t>(std::count(lines.begin(), lines.end(), line));
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(orders)

BOOST_AUTO_TEST_CASE(a_topology_is_paused_and_resumed) {
    Orders world;
    BOOST_TEST(world.shown().at("paused_until").is_null());
    BOOST_TEST(world.order("pause?for=90s").body == R"({"topology":"app one","paused_until":"1970-01-01T00:01:31.000000Z"})");
    BOOST_TEST(text(world.shown().at("paused_until")) == "1970-01-01T00:01:31.000000Z");
    BOOST_TEST(text(world.shown().at("health")) == "degraded");
    BOOST_TEST(text(world.shown().at("reason")) ==
               "paused by an operator for another 90 s: kith connects and disconnects no peer");
    world.fixture.down("a@h");
    BOOST_TEST(world.why("a@h") == "paused");
    BOOST_TEST(world.order("pause").status == 200U); // 1 h
    BOOST_TEST(text(world.shown().at("paused_until")) == "1970-01-01T01:00:01.000000Z");
    BOOST_TEST(world.order("resume").body == R"({"topology":"app one","resumed":true})");
    BOOST_TEST(world.shown().at("paused_until").is_null());
    BOOST_TEST(world.refused("resume") == "409 not_paused");
    for (const char *bad : {"0", "8d", "-1", "1w", "", "1.5h", "18446744073709551616"})
        BOOST_TEST(world.refused(std::string("pause?for=") + bad) == "400 malformed", bad);
    BOOST_TEST(world.order("pause?for=7d").status == 200U);
}

BOOST_AUTO_TEST_CASE(confirm_requires_the_id_of_the_current_hold) {
    Orders world;
    BOOST_TEST(world.shown().at("guard").at("id").is_null());
    BOOST_TEST(world.refused("confirm", R"({"hold":"run1.1"})") == "409 hold_changed"); // nothing is held
    world.fixture.update(world.topology, {}, {}, {"a@h", "b@h", "c@h"});
    const std::string id = text(world.shown().at("guard").at("id"));
    BOOST_TEST(id == "run1.1");
    BOOST_TEST(world.shown().at("guard").at("names").as_array().size() == 3U);
    BOOST_TEST(world.why("a@h") == "guarded");
    for (const char *bad : {"", "{", "[]", "{}", R"({"hold":1})", R"({"hold":"run1.1","more":1})"})
        BOOST_TEST(world.refused("confirm", bad) == "400 malformed", bad);
    BOOST_TEST(world.refused("confirm", R"({"hold":"run0.1"})") == "409 hold_changed"); // of a former run
    world.fixture.update(world.topology, {}, {}, {"d@h"});
    BOOST_TEST(world.refused("confirm", R"({"hold":"run1.1"})") == "409 hold_changed"); // it has grown
    world.order("pause");
    BOOST_TEST(world.shown().at("guard").at("until").is_null());
    BOOST_TEST(world.refused("confirm", R"({"hold":"run1.2"})") == "409 paused");
    BOOST_TEST(world.why("a@h") == "paused");
    world.order("resume");
    world.fixture.calls();
    BOOST_TEST(world.order("confirm", R"({"hold":"run1.2"})").body == R"({"topology":"app one","confirmed":4})");
    BOOST_TEST(world.fixture.calls().size() == 4U);
    BOOST_TEST(world.refused("confirm", R"({"hold":"run1.2"})") == "409 hold_changed"); // too late
}

BOOST_AUTO_TEST_CASE(a_peer_is_held_and_forgotten) {
    Orders world;
    BOOST_TEST(world.order("peers/a%40h/hold?for=60s").body ==
               R"({"topology":"app one","peer":"a@h","held_until":"1970-01-01T00:01:01.000000Z"})");
    const auto peer = world.json("/v1/peers?name=a*").at("peers").at(0);
    BOOST_TEST(text(peer.at("held_until")) == "1970-01-01T00:01:01.000000Z");
    BOOST_TEST(text(peer.at("class")) == "resting");
    BOOST_TEST(world.json("/v1/peers?name=b*").at("peers").at(0).at("held_until").is_null());
    BOOST_TEST(world.why("a@h") == "held_by_operator");
    world.fixture.calls();
    BOOST_TEST(world.order("peers/a%40h/forget").body == R"({"topology":"app one","peer":"a@h","forgotten":true})");
    BOOST_TEST(!world.parted("a@h")); // its link is kept as long as it is held
    BOOST_TEST(world.order("peers/a%40h/hold?for=0").body == R"({"topology":"app one","peer":"a@h","held_until":null})");
    BOOST_TEST(world.parted("a@h"));
    BOOST_TEST(world.refused("peers/a%40h/hold?for=0") == "409 not_held");
    BOOST_TEST(world.refused("peers/z%40h/hold") == "404 not_found");
    BOOST_TEST(world.refused("peers/z%40h/forget") == "404 not_found");
    BOOST_TEST(world.refused("peers/b%40h/hold?for=8d") == "400 malformed");
    world.fixture.see(world.topology, {"self@h", "b@h", "c@h", "d@h"});
    BOOST_TEST(world.refused("peers/self%40h/hold") == "409 not_a_peer");
    BOOST_TEST(world.refused("peers/self%40h/forget") == "409 not_a_peer");
}

BOOST_AUTO_TEST_CASE(orders_require_the_right_control_and_an_existing_target) {
    Orders world;
    for (const char *what : {"pause", "resume", "confirm", "peers/a/hold", "peers/a/forget"}) {
        const std::string target = std::string("/v1/topologies/app%20one/") + what;
        BOOST_TEST(world.error(target, "POST", Right::read) == "403 forbidden");
        BOOST_TEST(world.error(target, "GET", Right::control) == "405 method_not_allowed");
        BOOST_TEST(world.error(std::string("/v1/topologies/none/") + what, "POST", Right::control) == "404 not_found");
        world.running = false;
        BOOST_TEST(world.error(target, "POST", Right::control) == "503 starting");
        world.running = true;
    }
    BOOST_TEST(!world.topology.overrides().paused());
}

BOOST_AUTO_TEST_CASE(durations_are_parsed) {
    BOOST_TEST(parse_duration("90").value() == 90 * core::one_second);
    BOOST_TEST(parse_duration("90s").value() == 90 * core::one_second);
    BOOST_TEST(parse_duration("15m").value() == 900 * core::one_second);
    BOOST_TEST(parse_duration("12h").value() == 43'200 * core::one_second);
    BOOST_TEST(parse_duration("7d").value() == 604'800 * core::one_second);
    for (const char *bad : {"", "s", "1 s", "1ms", "-1s", "1.5h", "99999999999999999999", "999999999999999d"})
        BOOST_TEST(!parse_duration(bad).has_value(), bad);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::app::test
