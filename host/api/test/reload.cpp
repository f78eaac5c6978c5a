// SPDX-License-Identifier: MIT
//
// POST /v1/reload: the plan, then the verdict; and what it is refused for.
#include "api_world.hpp"

#include <boost/test/unit_test.hpp>

namespace kith::app::test {

namespace {

struct Reloads : ApiWorld {
    Reloads() {
        reload_start.plan.parts.push_back(
            {core::ReloadPlan::Kind::strategy, core::ReloadPlan::Action::restarted, "t.s", {"config.hosts"}});
        reload_start.effects.push_back({"t", 4, {}, {"a@h", "b@h"}, false});
    }
    ApiAnswer reload(const std::string &query = {}) { return ask("/v1/reload" + query, "POST", Right::control); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(reload)

BOOST_AUTO_TEST_CASE(a_reload_answers_with_plan_and_verdict) {
    Reloads world;
    const ApiAnswer answer = world.reload("?dry_run=true");
    BOOST_TEST(world.reload_request.dry_run);
    BOOST_TEST(!world.reload_request.confirm);
    BOOST_TEST(answer.stream == nullptr);
    BOOST_TEST(answer.body ==
               R"({"plan":{"parts":[{"kind":"strategy","name":"t.s","action":"restarted","keys":["config.hosts"]}],)"
               R"("effects":[{"topology":"t","peers":4,"not_dialled":{"count":0,"names":[]},)"
               R"("parted":{"count":2,"names":["a@h","b@h"]},"needs_confirm":false}]},)"
               R"("verdict":"unchanged","reason":"","duration_ms":0})");
}

BOOST_AUTO_TEST_CASE(a_later_verdict_is_streamed) {
    Reloads world;
    world.reload_at_once = world.drain = false;
    ApiAnswer answer = world.reload("?confirm=true");
    BOOST_TEST(world.reload_request.confirm);
    BOOST_REQUIRE(answer.stream != nullptr);
    int ready = 0;
    answer.stream->on_ready([&] { ++ready; });
    std::string text = answer.body;
    BOOST_TEST(answer.stream->fill(text, 1'000));
    BOOST_TEST(ready == 0);
    world.reload_verdict({"failed", "topologies.t.s: it broke", 12});
    BOOST_TEST(ready == 1);
    BOOST_TEST(!answer.stream->fill(text, 1'000));
    const auto parsed = boost::json::parse(text);
    BOOST_TEST(test::text(parsed.at("verdict")) == "failed");
    BOOST_TEST(parsed.at("duration_ms").as_int64() == 12);
}

BOOST_AUTO_TEST_CASE(a_client_that_disconnects_before_the_verdict_causes_no_crash) {
    Reloads world;
    world.reload_at_once = world.drain = false;
    world.reload().stream.reset();
    world.reload_verdict({"applied", "", 1});
}

BOOST_AUTO_TEST_CASE(a_refused_reload_has_an_error_code) {
    Reloads world;
    world.reload_start.error = "needs_confirm";
    world.reload_start.message = "topology t: 4 of 4 peers are disconnected (a, b, c, d)";
    world.reload_start.remedy = "Confirm it.";
    BOOST_TEST(world.error(world.reload()) == "409 needs_confirm");
    BOOST_TEST(world.error(world.reload("?dry_run=maybe")) == "400 malformed");
    BOOST_TEST(world.error("/v1/reload", "POST", Right::read) == "403 forbidden");
    BOOST_TEST(world.error("/v1/reload") == "405 method_not_allowed");
    world.running = false;
    BOOST_TEST(world.error(world.reload()) == "503 starting");
}

BOOST_AUTO_TEST_CASE(the_last_reload_is_in_the_status) {
    Reloads world;
    BOOST_TEST(world.json("/v1/status").at("last_reload").is_null());
    world.router.reset();
    world.context.last_reload = [] { return LastReload{0, "refused", "1:1 this is no JSON"}; };
    world.context.config_sha256 = [] { return std::string("abc"); };
    const auto status = world.json("/v1/status");
    BOOST_TEST(text(status.at("last_reload")) ==
               R"({"time":"1970-01-01T00:00:00.000000Z","verdict":"refused","reason":"1:1 this is no JSON"})");
    BOOST_TEST(text(status.at("configuration").at("sha256")) == "abc");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::app::test
