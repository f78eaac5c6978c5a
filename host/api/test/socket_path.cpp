// SPDX-License-Identifier: MIT
#include <host/api/socket_path.hpp>

#include <boost/test/unit_test.hpp>

#include <map>

namespace kith::app::test {

namespace {

Environment of(std::map<std::string, std::string> values) {
    return [values = std::move(values)](const char *name) -> std::optional<std::string> {
        const auto found = values.find(name);
        return found == values.end() ? std::nullopt : std::optional(found->second);
    };
}

} // namespace

BOOST_AUTO_TEST_SUITE(socket_path)

BOOST_AUTO_TEST_CASE(the_default_socket_path_depends_on_the_environment) {
    const auto both = of({{"RUNTIME_DIRECTORY", "/run/kith/a:/run/other"}, {"XDG_RUNTIME_DIR", "/run/user/5"}});
    BOOST_TEST(default_socket("n", both, true).path == "/run/kith/a/kith.sock");
    BOOST_TEST(!default_socket("n", both, true).make_directory);
    const auto user = of({{"XDG_RUNTIME_DIR", "/run/user/5"}});
    BOOST_TEST(default_socket("n", user, true).path == "/run/kith/n.sock");
    BOOST_TEST(default_socket("n", user, false).path == "/run/user/5/kith/n.sock");
    BOOST_TEST(default_socket("n", user, false).make_directory);
    BOOST_TEST(default_socket("n", of({}), false).path.empty());
}

BOOST_AUTO_TEST_CASE(the_instance_name_is_derived_from_the_file_name) {
    BOOST_TEST(name_of_file("/etc/kith/kith.json") == "kith");
    BOOST_TEST(name_of_file("my node.v2.json") == "my_node.v2");
    BOOST_TEST(name_of_file("") == "kith");
    BOOST_TEST(name_of_file(std::string(200, 'a') + ".json").size() == 64U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::app::test
