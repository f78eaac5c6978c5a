// SPDX-License-Identifier: MIT
//
// One name that is announced from two addresses, our own among them; and names whose host is nobody's.
#include "gossip_hosts.hpp"

using namespace gossip::test;

namespace {

constexpr const char *twice = "one node's name is announced from two addresses";
constexpr const char *ours_twice = "our own node's name is announced from an address that is not of this machine";

std::size_t lines_with(const Host &host, std::string_view part) {
    std::size_t out = 0;
    for (const auto &line : host->log()) out += line.message.find(part) != std::string::npos ? 1 : 0;
    return out;
}

bool has_field(const Host &host, std::string_view value) {
    for (const auto &line : host->log())
        for (const auto &field : line.fields)
            if (field.second.starts_with(value)) return true;
    return false;
}

} // namespace

BOOST_AUTO_TEST_SUITE(duplicate_names)

BOOST_AUTO_TEST_CASE(a_name_sent_from_two_addresses_is_reported_once) {
    Hosts all;
    Host &one = all.add();
    for (int i = 0; i < 20; ++i) {
        all.inject(heartbeat("app@web-1"), "10.0.0.77");
        all.net.run_for(2s);
        all.inject(heartbeat("app@web-1"), "10.0.0.78");
        all.net.run_for(2s);
    }
    BOOST_TEST(one.sees("app@web-1"));
    BOOST_TEST(lines_with(one, twice) == 1u);
    BOOST_TEST(has_field(one, "10.0.0.77"));
    BOOST_TEST(has_field(one, "10.0.0.78"));
}

BOOST_AUTO_TEST_CASE(a_name_that_moves_to_another_address_is_not_reported) {
    Hosts all;
    Host &one = all.add();
    for (const char *from : {"10.0.0.77", "10.0.0.78"}) {
        for (int i = 0; i < 10; ++i) {
            all.inject(heartbeat("app@web-1"), from);
            all.net.run_for(4s);
        }
    }
    BOOST_TEST(one.sees("app@web-1"));
    BOOST_TEST(lines_with(one, twice) == 0u);
}

BOOST_AUTO_TEST_CASE(the_own_name_sent_by_another_machine_is_reported_once) {
    Hosts all;
    Host &one = all.add();
    all.net.run_for(60s);
    BOOST_TEST(lines_with(one, ours_twice) == 0u); // our own heartbeats come back from our own address
    BOOST_TEST(one.heard("own") > 5u);
    for (int i = 0; i < 20; ++i) {
        all.inject(heartbeat(one.node), "10.0.0.77");
        all.net.run_for(3s);
    }
    BOOST_TEST(lines_with(one, ours_twice) == 1u);
    BOOST_TEST(has_field(one, "10.0.0.77"));
    BOOST_TEST(!one.sees(one.node));
}

BOOST_AUTO_TEST_CASE(a_name_whose_host_part_is_not_a_usable_address_is_not_a_peer) {
    Hosts all;
    Host &one = all.add();
    for (const char *name : {"app@0.0.0.0", "app@::", "app@224.0.0.1", "app@10.0.0.9:4369", "app@[fd00::1]"})
        all.inject(heartbeat(name));
    all.inject(heartbeat("app@10.0.0.9"));
    all.net.run_for(10s);
    BOOST_TEST(one->peers().size() == 1u);
    BOOST_TEST(one.sees("app@10.0.0.9"));
    BOOST_TEST(one.heard("malformed") == 5u);
    BOOST_TEST(has_field(one, "its address "));
}

BOOST_AUTO_TEST_SUITE_END()
