// SPDX-License-Identifier: MIT
//
// Files of remembered peers that are damaged, of another user, too old or of another configuration: they are not used.
#include "remembering_kith.hpp"

#include <string>
#include <string_view>

using namespace kith::core;
using namespace kith::core::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(remembered_peers_file_refused)

namespace {

// A kith that starts in an outage with a file as the test has left it: nobody is dialled, and the log says why.
struct RefusedFile {
    RememberingKith kith;

    RefusedFile() {
        kith.answer = {"a@x", "b@x", "c@x"};
        kith.start();
        kith.run(3s);
        kith.killed();
    }
    void refuses(std::string_view why, std::string_view level_message = "the peers from before the restart are not used") {
        kith.start_in_outage();
        BOOST_TEST(kith.dialled.empty());
        BOOST_TEST(kith.logged(why) == 1u, why);
        BOOST_TEST(kith.logged(level_message) == 1u);
        BOOST_TEST(kith.logged(peers_path) == 1u);
        kith.see({"a@x"}); // and everything goes on
        BOOST_TEST(kith.dialled == RememberingKith::Names{"a@x"}, boost::test_tools::per_element());
        kith.run(10s);
        BOOST_TEST(read_remembered_peers(kith.file()).has_value()); // mended
        kith.stop();
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_damaged_file_is_ignored) {
    RefusedFile refused;
    std::string bytes = refused.kith.file();
    bytes[bytes.find("b@x")] = 'z';
    refused.kith.machine.file(peers_path, bytes, {0600, 1000, 1000});
    refused.refuses("the file is damaged: line 6: the checksum does not match the text before it");
}

BOOST_AUTO_TEST_CASE(a_truncated_file_is_ignored) {
    RefusedFile refused;
    const std::string bytes = refused.kith.file();
    refused.kith.machine.file(peers_path, std::string_view(bytes).substr(0, bytes.size() - 1), {0600, 1000, 1000});
    refused.refuses("the file is damaged: line 6: it ends too early");
}

BOOST_AUTO_TEST_CASE(an_empty_file_is_ignored) {
    RefusedFile refused;
    refused.kith.machine.file(peers_path, "", {0600, 1000, 1000});
    refused.refuses("the file is damaged: line 1: it ends too early");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_too_large_is_ignored) {
    RefusedFile refused;
    refused.kith.machine.file(peers_path, std::string(remembered_peers_size_limit + 1, '{'), {0600, 1000, 1000});
    refused.refuses("");
}

BOOST_AUTO_TEST_CASE(a_file_of_another_user_is_ignored) {
    RefusedFile refused;
    refused.kith.machine.file(peers_path, refused.kith.file(), {0644, 1001, 1001});
    refused.refuses("the file belongs to another user");
}

BOOST_AUTO_TEST_CASE(a_file_that_others_can_write_is_ignored) {
    RefusedFile refused;
    refused.kith.machine.file(peers_path, refused.kith.file(), {0660, 1000, 1000});
    refused.refuses("group or others could have written the file");
}

BOOST_AUTO_TEST_CASE(an_unreadable_file_is_ignored) {
    RefusedFile refused;
    refused.kith.machine.file(peers_path, refused.kith.file(), {0000, 1000, 1000});
    refused.refuses("no permission");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_too_old_is_ignored) {
    RefusedFile refused;
    refused.kith.run(25h);
    refused.refuses("s: they were last known more than 24 hours ago");
}

BOOST_AUTO_TEST_CASE(a_file_from_the_future_is_ignored) {
    RefusedFile refused;
    refused.kith.machine.jump_wall(-1h);
    refused.refuses("s: they are of the future");
}

BOOST_AUTO_TEST_CASE(a_file_of_another_topology_is_ignored) {
    RefusedFile refused;
    RememberedPeersWriter writer("another");
    writer.source("s", "puppet", "", 0);
    refused.kith.machine.file(peers_path, writer.finish(), {0600, 1000, 1000});
    refused.refuses("another: this is another topology");
}

BOOST_AUTO_TEST_CASE(peers_of_other_options_are_ignored) {
    RefusedFile refused;
    refused.kith.config.topologies.front().sources.front().options = R"({"query":"elsewhere"})";
    refused.refuses("s: its configuration has changed");
}

BOOST_AUTO_TEST_CASE(peers_of_a_removed_strategy_are_ignored) {
    RefusedFile refused;
    RememberedPeersWriter writer("t");
    writer.source("gone", "puppet", "", 0);
    refused.kith.machine.file(peers_path, writer.finish(), {0600, 1000, 1000});
    refused.refuses("gone: the topology has no such strategy any more");
}

BOOST_AUTO_TEST_CASE(a_file_with_invalid_peers_is_ignored) {
    RefusedFile refused;
    auto known = read_remembered_peers(refused.kith.file());
    const RememberedSource &source = known->sources.front();
    RememberedPeersWriter writer("t");
    writer.source(source.name, source.strategy, source.config, source.seen);
    writer.peer({"a", "a@x", {}, 0});
    writer.peer({"a", "b@x", {}, 0});
    refused.kith.machine.file(peers_path, writer.finish(), {0600, 1000, 1000});
    refused.refuses("\"a\"");
}

BOOST_AUTO_TEST_SUITE_END()
