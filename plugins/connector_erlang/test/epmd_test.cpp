// SPDX-License-Identifier: MIT
#include "epmd.hpp"

#include "bytes.hpp"

#include <boost/test/unit_test.hpp>

using namespace kith::erlang;
using kith::erlang::test::bytes;

BOOST_AUTO_TEST_SUITE(epmd_answers)

BOOST_AUTO_TEST_CASE(requests_are_encoded) {
    BOOST_TEST(epmd::port_please2("app") == bytes({0, 4, 122, 'a', 'p', 'p'}));
    BOOST_TEST(epmd::names() == bytes({0, 1, 110}));
}

BOOST_AUTO_TEST_CASE(a_port_answer_is_read) {
    const std::string answer = bytes({119, 0, 0x9c, 0x40, 77, 0, 0, 6, 0, 5, 0, 3, 'a', 'p', 'p', 0, 0});
    epmd::Port port;
    for (std::size_t size = 0; size < 10; ++size) {
        BOOST_TEST((epmd::read_port(answer.substr(0, size), false, port) == epmd::State::more));
        BOOST_TEST((epmd::read_port(answer.substr(0, size), true, port) == epmd::State::malformed));
    }
    BOOST_TEST((epmd::read_port(answer, false, port) == epmd::State::done));
    BOOST_TEST(port.port == 40000);
    BOOST_TEST(!port.hidden);
    BOOST_TEST(port.highest == 6);
    BOOST_TEST(port.lowest == 5);
}

BOOST_AUTO_TEST_CASE(an_unknown_name_is_reported) {
    epmd::Port port;
    BOOST_TEST((epmd::read_port(bytes({119, 1}), false, port) == epmd::State::unknown));
}

BOOST_AUTO_TEST_CASE(answers_of_other_servers_are_malformed) {
    epmd::Port port;
    std::vector<epmd::Name> names;
    BOOST_TEST((epmd::read_port("HTTP/1.1 400", false, port) == epmd::State::malformed));
    BOOST_TEST((epmd::read_port(bytes({119, 0, 0, 0, 77, 0, 0, 6, 0, 5}), false, port) == epmd::State::malformed)); // port 0
    BOOST_TEST((epmd::read_names(bytes({0, 0, 17}), true, names) == epmd::State::malformed));
    BOOST_TEST((epmd::read_names(std::string(epmd::max_answer + 1, 'x'), false, names) == epmd::State::malformed));
}

BOOST_AUTO_TEST_CASE(the_list_of_names_is_read) {
    std::vector<epmd::Name> names;
    const std::string answer = bytes({0, 0, 17, 17}) + "name app at port 40000\n"
                                                       "name at port at port 40001\n"
                                                       "rubbish\n"
                                                       "name x at port 70000\n"
                                                       "name y at port 12z\n"
                                                       "name  at port 1\n"
                                                       "name last at port 40002";
    BOOST_TEST((epmd::read_names(answer, false, names) == epmd::State::more));
    BOOST_TEST((epmd::read_names(answer, true, names) == epmd::State::done));
    BOOST_REQUIRE_EQUAL(names.size(), 3u);
    BOOST_TEST(names[0].name == "app");
    BOOST_TEST(names[0].port == 40000);
    BOOST_TEST(names[1].name == "at port");
    BOOST_TEST(names[2].name == "last");
}

BOOST_AUTO_TEST_SUITE_END()
