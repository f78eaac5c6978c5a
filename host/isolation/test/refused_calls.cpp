// SPDX-License-Identifier: MIT
#include <host/isolation/refused_calls.hpp>

#include <boost/test/unit_test.hpp>

#include <vector>

namespace {

struct Reports {
    kith::isolation::RefusedCalls calls;
    std::vector<std::string> names;
    void add(std::string_view bytes) {
        calls.add(bytes, [this](std::string_view name) { names.emplace_back(name); });
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(refused_calls)

BOOST_AUTO_TEST_CASE(each_name_is_reported_once_however_its_line_is_cut) {
    Reports seen;
    for (const char c : std::string_view("panic: no\nrefused system call: connect\nrefused system call: connect\n"))
        seen.add({&c, 1});
    seen.add("refused system call: io_uring_setup\nrefused system call: fork");
    BOOST_TEST(seen.names == (std::vector<std::string>{"connect", "io_uring_setup"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(lines_that_are_no_reports_are_ignored) {
    Reports seen;
    seen.add("refused system call: \nrefused system call: a b\nrefused system call: " + std::string(1000, 'a') +
             "\nsystem call: open\n");
    BOOST_TEST(seen.names.empty());
}

BOOST_AUTO_TEST_CASE(their_number_is_bounded) {
    Reports seen;
    for (int i = 0; i < 1000; ++i) seen.add("refused system call: call" + std::to_string(i) + "\n");
    BOOST_TEST(seen.names.size() == kith::isolation::RefusedCalls::most);
}

BOOST_AUTO_TEST_SUITE_END()
