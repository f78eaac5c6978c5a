// SPDX-License-Identifier: MIT
#include "../service_parser.hpp"

#include <boost/test/unit_test.hpp>

using rancher::parse_service;

BOOST_AUTO_TEST_SUITE(service_parser)

BOOST_AUTO_TEST_CASE(each_container_is_named_by_its_first_address) {
    const auto got = parse_service(R"({"name": "web", "containers": [
        {"name": "web-1", "uuid": "u1", "ips": ["10.42.0.1", "10.42.9.9"], "state": "running", "labels": {"a": 1}},
        {"name": "web-2", "uuid": "u2", "ips": ["fd00::7"]}], "scale": 2})",
                                   "app");
    BOOST_REQUIRE(got);
    BOOST_REQUIRE(got->peers.size() == 2u);
    BOOST_TEST(got->peers[0].key == "10.42.0.1");
    BOOST_TEST(got->peers[0].name == "app@10.42.0.1");
    BOOST_TEST(got->peers[0].attribute_or_empty("uuid") == "u1");
    BOOST_TEST(got->peers[0].attribute_or_empty("state") == "running");
    BOOST_TEST(got->peers[1].name == "app@fd00::7");
}

BOOST_AUTO_TEST_CASE(containers_without_an_address_and_repeated_addresses_are_counted) {
    const auto got = parse_service(R"({"containers": [{"ips": []}, {"name": "x"}, {"ips": null}, {"ips": ["10.0.0.1"]},
        {"ips": ["10.0.0.1"]}]})",
                                   "app");
    BOOST_REQUIRE(got);
    BOOST_TEST(got->peers.size() == 1u);
    BOOST_TEST(got->without_address == 3u);
    BOOST_TEST(got->doubled == 1u);
    BOOST_TEST(parse_service(R"({"containers": []})", "app")->peers.empty());
}

BOOST_AUTO_TEST_CASE(stopped_and_removed_containers_are_left_out) {
    for (const char *state : {"stopping", "stopped", "removing", "removed", "purging", "purged"}) {
        const auto got = parse_service(R"({"containers": [{"ips": ["10.0.0.1"], "state": ")" + std::string(state) +
                                           R"("}, {"ips": ["10.0.0.2"], "state": "running"}]})",
                                       "app");
        BOOST_REQUIRE(got);
        BOOST_REQUIRE_MESSAGE(got->peers.size() == 1u, state);
        BOOST_TEST(got->peers[0].key == "10.0.0.2");
        BOOST_TEST(got->ended == 1u);
    }
    for (const char *state : {R"("starting")", R"("running")", R"("restarting")", R"("what")", R"("")", "null", "7"}) {
        const auto got =
            parse_service(R"({"containers": [{"ips": ["10.0.0.1"], "state": )" + std::string(state) + "}]}", "app");
        BOOST_REQUIRE(got);
        BOOST_TEST(got->peers.size() == 1u, state);
    }
}

BOOST_AUTO_TEST_CASE(a_running_container_without_its_former_address_keeps_it) {
    const auto first =
        parse_service(R"({"containers": [{"uuid": "u1", "ips": ["10.0.0.1"]}, {"uuid": "u2", "ips": ["10.0.0.2"]}]})", "app");
    BOOST_REQUIRE(first);
    const auto then =
        parse_service(R"({"containers": [{"uuid": "u1", "ips": []}, {"uuid": "u2", "ips": null, "state": "stopped"},
        {"uuid": "u3", "ips": []}]})",
                      "app", first->addresses);
    BOOST_REQUIRE(then);
    BOOST_REQUIRE(then->peers.size() == 1u);
    BOOST_TEST(then->peers[0].name == "app@10.0.0.1");
    BOOST_TEST(then->without_address == 1u);
    BOOST_TEST(then->ended == 1u);
    const auto taken = parse_service(R"({"containers": [{"uuid": "u1", "ips": []}, {"uuid": "u4", "ips": ["10.0.0.1"]}]})",
                                     "app", then->addresses);
    BOOST_REQUIRE(taken);
    BOOST_REQUIRE(taken->peers.size() == 1u);
    BOOST_TEST(taken->peers[0].attribute_or_empty("uuid") == "u4");
}

BOOST_AUTO_TEST_CASE(an_unusable_address_is_left_out) {
    const auto got = parse_service(R"({"containers": [{"ips": ["0.0.0.0"]}, {"ips": ["::"]}, {"ips": ["255.255.255.255"]},
        {"ips": ["10.0.0.1"]}]})",
                                   "app");
    BOOST_REQUIRE(got);
    BOOST_TEST(got->peers.size() == 1u);
    BOOST_TEST(got->unusable.total() == 3u);
}

BOOST_AUTO_TEST_CASE(truncated_and_malformed_answers_are_refused) {
    for (const char *text :
         {"", "{", "[]", "null", "{}", R"({"containers": {}})", R"({"containers": [1]})",
          R"({"containers": [{"ips": "10.0.0.1"}]})", R"({"containers": [{"ips": [7]}]})",
          R"({"containers": [{"ips": ["10.0.0.1"]}, {"ips": ["10.0.0"]}]})", R"({"containers": [{"ips": ["a@b"]}]})",
          R"({"containers": []} x)", "{\"containers\": [{\"ips\": [\"\xff\"]}]}"}) {
        const auto got = parse_service(text, "app");
        BOOST_REQUIRE_MESSAGE(!got, text);
        BOOST_TEST(got.error().status == KITH_PROTOCOL);
        BOOST_TEST_MESSAGE(got.error().text);
    }
    const std::string deep = R"({"containers": )" + std::string(10'000, '[');
    BOOST_TEST(!parse_service(deep, "app"));
}

BOOST_AUTO_TEST_CASE(an_address_that_is_none_fails_unless_its_container_has_ended) {
    const auto wrong = parse_service(R"({"containers": [{"ips": ["10.0.0.1"]}, {"ips": ["10.0.0"]}]})", "app");
    BOOST_REQUIRE(wrong.status() < 0);
    BOOST_TEST(wrong.error().text.find("`10.0.0` at containers[1].ips is not an address") != std::string::npos);
    const auto ended =
        parse_service(R"({"containers": [{"ips": ["10.0.0.1"]}, {"ips": ["10.0.0"], "state": "removed"}]})", "app");
    BOOST_REQUIRE(ended.status() == KITH_OK);
    BOOST_TEST(ended->peers.size() == 1u);
    BOOST_TEST(ended->ended == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
