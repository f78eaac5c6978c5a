// SPDX-License-Identifier: MIT
#include "vm_args_listening.hpp"

#include <boost/test/unit_test.hpp>

using kith::erlang::parse_vm_args_listening;

BOOST_AUTO_TEST_SUITE(vm_args_listening)

BOOST_AUTO_TEST_CASE(a_node_without_epmd_has_one_port_for_all) {
    const auto args = parse_vm_args_listening("## of a release\n-start_epmd false\n-erl_epmd_port 9300\n+fnu\n");
    BOOST_TEST(args.port == 9300);
    BOOST_TEST(args.epmd_port == 9300);
    BOOST_TEST(args.listens);
    BOOST_TEST(!args.dynamic_name);
    BOOST_TEST(parse_vm_args_listening("-kernel erl_epmd_node_listen_port 9301").epmd_port == 9301);
    BOOST_TEST(parse_vm_args_listening("-erl_epmd_port '9302'\r\n").port == 9302);
    BOOST_TEST(parse_vm_args_listening("-erl_epmd_port 1 -erl_epmd_port 2").port == 2);
    BOOST_TEST(parse_vm_args_listening("-env ERL_LIBS \"\"\n-erl_epmd_port 9303").port ==
               9303); // an empty argument ends nothing
}

BOOST_AUTO_TEST_CASE(a_fixed_listening_port_is_not_used_for_peers) {
    const auto args =
        parse_vm_args_listening("-kernel inet_dist_listen_min 9100 inet_dist_listen_max 9100\n-name app@10.0.0.7\n");
    BOOST_TEST(args.port == 9100);
    BOOST_TEST(args.epmd_port == 0);
    BOOST_TEST(parse_vm_args_listening("-kernel inet_dist_listen_min 9100 inet_dist_listen_max 9200").port == 0);
}

BOOST_AUTO_TEST_CASE(arguments_of_a_node_that_does_not_listen_are_recognised) {
    BOOST_TEST(!parse_vm_args_listening("-dist_listen false").listens);
    BOOST_TEST(parse_vm_args_listening("-dist_listen true").listens);
    BOOST_TEST(parse_vm_args_listening("-sname undefined").dynamic_name);
    BOOST_TEST(parse_vm_args_listening("-name undefined\n").dynamic_name);
}

BOOST_AUTO_TEST_CASE(text_without_a_valid_port_gives_none) {
    for (const char *text : {"", "#-erl_epmd_port 9300", " # -erl_epmd_port 9300\n", "-erl_epmd_port", "-erl_epmd_port ${PORT}",
                             "-erl_epmd_port 70000", "-erl_epmd_port -1", "'-erl_epmd_port 9300'", "\"", "'"})
        BOOST_TEST(parse_vm_args_listening(text).port == 0, text);
}

BOOST_AUTO_TEST_SUITE_END()
