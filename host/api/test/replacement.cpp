// SPDX-License-Identifier: MIT
//
// POST /v1/plugins/FILE/replace: the file, then the verdict; and what it is refused for.
#include "api_world.hpp"

#include <boost/test/unit_test.hpp>

namespace kith::app::test {

namespace {

struct Replacements : ApiWorld {
    ApiAnswer replace(const std::string &query = {}, const std::string &file = "libone.so") {
        return ask("/v1/plugins/" + file + "/replace" + query, "POST", Right::control);
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(replacement)

BOOST_AUTO_TEST_CASE(a_replacement_answers_with_versions_instances_and_verdict) {
    Replacements world;
    BOOST_TEST(
        world.replace().body ==
        R"({"file":"libone.so","verdict":"replaced","reason":"","plugins":[{"kind":"strategy","plugin":"one","before":"1.0.0","after":"1.1.0"}],)"
        R"("instances":["topologies.one.s"],"duration_ms":12})");
    const auto possible = boost::json::parse(world.replace("?dry_run=true").body);
    BOOST_TEST(text(possible.at("verdict")) == "possible");
}

BOOST_AUTO_TEST_CASE(a_later_verdict_is_streamed) {
    Replacements world;
    world.replace_at_once = world.drain = false;
    ApiAnswer answer = world.replace();
    BOOST_REQUIRE(answer.stream != nullptr);
    std::string body = answer.body;
    BOOST_TEST(answer.stream->fill(body, 1'000));
    world.replace_verdict(
        {"failed", {.failure = "topologies.one.s: it has not looked within 10 s", .instances = {}, .versions = {}}});
    BOOST_TEST(!answer.stream->fill(body, 1'000));
    const auto parsed = boost::json::parse(body);
    BOOST_TEST(text(parsed.at("verdict")) == "failed");
    BOOST_TEST(text(parsed.at("reason")) == "topologies.one.s: it has not looked within 10 s");
}

BOOST_AUTO_TEST_CASE(a_client_that_disconnects_before_the_verdict_causes_no_crash) {
    Replacements world;
    world.replace_at_once = world.drain = false;
    world.replace().stream.reset();
    world.replace_verdict({"replaced", {}});
}

BOOST_AUTO_TEST_CASE(a_refused_replacement_has_an_error_code) {
    Replacements world;
    BOOST_TEST(world.error(world.replace({}, "libnone.so")) == "404 not_found");
    for (const char *code : {"refused", "config_refused", "config_changed", "not_replaceable", "busy"}) {
        world.replace_error = code;
        BOOST_TEST(world.error(world.replace()) == "409 " + std::string(code));
    }
    BOOST_TEST(world.error(world.replace("?dry_run=maybe")) == "400 malformed");
    BOOST_TEST(world.error("/v1/plugins/libone.so/replace", "POST", Right::read) == "403 forbidden");
    BOOST_TEST(world.error("/v1/plugins/libone.so/replace") == "405 method_not_allowed");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::app::test
