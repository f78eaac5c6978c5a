// SPDX-License-Identifier: MIT
#include "node_link_table.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using kith::erlang::LinkType;
using kith::erlang::NodeLinkTable;
using namespace std::chrono_literals;

namespace {

using Names = std::vector<std::string>;

struct Table {
    NodeLinkTable links{{"health*@*"}, false};

    std::set<std::string> peers() const {
        std::set<std::string> names;
        for (const auto &[name, type] : links.peers()) names.insert(name);
        return names;
    }
    std::optional<std::string> remove(const std::string &name, NodeLinkTable::Time now = 0s) {
        return links.remove(name, now, "connection_closed", "app@h", 60s);
    }
};

using Set = std::set<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(node_link_table)

BOOST_AUTO_TEST_CASE(tools_and_ignored_names_are_not_peers) {
    Table it;
    it.links.replace({"b@h", "health-1@h", "c9@h"}, {"rem-1@h", "c17@h", "c@h"});
    BOOST_TEST((it.peers() == Set{"b@h", "c9@h", "c@h"})); // erl_call is a hidden node
    BOOST_TEST(!it.links.add("health-2@h", LinkType::visible, 0s));
    BOOST_TEST(!it.remove("health-2@h").has_value());
    BOOST_TEST(!it.remove("c17@h").has_value());
}

BOOST_AUTO_TEST_CASE(a_link_is_added_and_removed_once) {
    Table it;
    BOOST_TEST(it.links.add("b@h", LinkType::visible, 0s));
    BOOST_TEST(!it.links.add("b@h", LinkType::visible, 1s));
    BOOST_TEST(it.links.has_peer("b@h"));
    BOOST_TEST(it.remove("b@h", 100s).value() == "connection_closed");
    BOOST_TEST(!it.remove("b@h", 100s).has_value());
    BOOST_TEST(!it.links.has_peer("b@h"));
}

BOOST_AUTO_TEST_CASE(a_list_of_names_keeps_the_known_types) {
    Table it;
    it.links.replace({"b@h"}, {"c@h", "c17@h"});
    it.links.replace({"c@h", "d@h", "c17@h"});
    BOOST_TEST((it.peers() == Set{"c@h", "d@h"})); // c17@h is known to be hidden
    BOOST_TEST((it.links.peers().at("c@h") == LinkType::hidden));
    BOOST_TEST((it.links.peers().at("d@h") == LinkType::unknown));
}

BOOST_AUTO_TEST_CASE(a_joined_node_with_the_name_of_a_tool_becomes_a_peer) {
    Table it;
    it.links.replace({}, {"c17@h", "c18@h"});
    BOOST_TEST(!it.links.become_peer("c17@h", 0s).has_value());
    it.links.expect("c17@h");
    BOOST_TEST((it.links.become_peer("c17@h", 0s).value() == LinkType::hidden));
    BOOST_TEST(!it.links.become_peer("c17@h", 0s).has_value());
    BOOST_TEST((it.peers() == Set{"c17@h"}));
    it.links.expect("health-1@h");
    it.links.replace({"c17@h", "health-1@h"});
    BOOST_TEST((it.peers() == Set{"c17@h"})); // what is ignored stays ignored
}

BOOST_AUTO_TEST_CASE(names_of_another_distribution_that_resemble_tools_are_peers) {
    NodeLinkTable links({}, true);
    links.replace({}, {"c17@h", "rem-1@h"});
    BOOST_TEST(links.has_peer("c17@h"));
    BOOST_TEST(!links.has_peer("rem-1@h"));
}

BOOST_AUTO_TEST_CASE(the_end_of_a_session_is_not_the_end_of_its_links) {
    Table it;
    it.links.add("b@h", LinkType::visible, 0s);
    it.links.clear();
    BOOST_TEST(it.peers().empty());
    // Two short links in a row would be counted, if the first had been seen to end.
    it.links.add("b@h", LinkType::visible, 1s);
    BOOST_TEST(it.remove("b@h", 2s).value() == "connection_closed");
}

BOOST_AUTO_TEST_SUITE_END()
