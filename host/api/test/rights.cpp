// SPDX-License-Identifier: MIT
#include <host/api/transport/peer_rights.hpp>

#include <boost/test/unit_test.hpp>

namespace kith::app::test {

BOOST_AUTO_TEST_SUITE(rights)

BOOST_AUTO_TEST_CASE(a_group_is_found_by_name_or_number) {
    const char *groups = "root:x:0:\nkith:x:997:a,b\nkithadmin:x:998:\nbroken\nodd:x:\n";
    BOOST_TEST(group_id("kith", groups).value() == 997U);
    BOOST_TEST(group_id("kithadmin", groups).value() == 998U);
    BOOST_TEST(group_id("1234", groups).value() == 1234U);
    for (const auto *none : {"kit", "broken", "odd", "none", "-1"}) BOOST_TEST(!group_id(none, groups).has_value(), none);
}

BOOST_AUTO_TEST_CASE(the_right_control_depends_on_user_and_groups) {
    const OverflowIds overflow;
    const uid_t daemon = 500;
    struct Case {
        uid_t uid;
        std::vector<gid_t> groups;
        std::optional<gid_t> control;
        Right right;
    };
    const Case cases[] = {
        {0, {0}, std::nullopt, Right::control},    {500, {500}, std::nullopt, Right::control},
        {501, {501}, std::nullopt, Right::read},   {501, {501, 997}, 997, Right::control},
        {501, {997, 501}, 997, Right::control},    {501, {501, 996}, 997, Right::read},
        {65534, {997}, std::nullopt, Right::read}, {65534, {65534}, 65534, Right::read}, // nobody's group matches nobody
        {501, {65534}, 65534, Right::read},        {static_cast<uid_t>(-1), {}, 997, Right::read},
    };
    for (const Case &one : cases)
        BOOST_TEST((right_of({one.uid, one.groups}, daemon, one.control, overflow) == one.right), one.uid);
    BOOST_TEST((right_of({65534, {}}, 65534, std::nullopt, overflow) == Right::read)); // also when the daemon runs as nobody
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::app::test
