// SPDX-License-Identifier: MIT
#include <core/config/options_reference.hpp>

#include "config_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace kith::core;
using namespace kith::core::test;

BOOST_AUTO_TEST_SUITE(options_reference)

BOOST_AUTO_TEST_CASE(a_reference_in_markdown) {
    BOOST_TEST(options_markdown(gossip_schema) ==
               "| option | type | default | unit | |\n"
               "|---|---|---|---|---|\n"
               "| `port` | integer from 1 to 65535 | `45892` |  | UDP port. |\n"
               "| `secret` | non-empty string |  |  | Shared by all. (Secret.) |\n"
               "| `seal` | one of \"libcluster\" or \"authenticated\" | `\"libcluster\"` |  | How packets are sealed. |\n"
               "| `interval` | integer >= 1 | `5000` | ms | Mean pause. |\n"
               "| `broadcast_only` | true or false | `false` |  | No multicast. |\n"
               "| `ratio` | number from 0 to 1 |  |  | A share. |\n"
               "| `tls` | object | `{}` |  | TLS. |\n"
               "| `tls.verify` | true or false | `true` |  | Check the chain. |\n"
               "| `tls.key` | string |  |  | Private key. (Secret.) |\n"
               "| `secrets` | list of strings |  |  | Rotation. |\n");
    BOOST_TEST(options_markdown("") == "");
    BOOST_TEST(options_markdown("{") == "");
}

BOOST_AUTO_TEST_CASE(a_reference_in_text) {
    BOOST_TEST(options_text(epmd_schema) == "hosts\n"
                                            "    list of non-empty strings; required\n"
                                            "    Names of all nodes.\n"
                                            "timeout\n"
                                            "    integer >= 0, ms\n"
                                            "    Accepted. (No effect: kith always connects again)\n");
}

BOOST_AUTO_TEST_SUITE_END()
