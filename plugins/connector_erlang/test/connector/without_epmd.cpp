// SPDX-License-Identifier: MIT
//
// Nodes that run without EPMD, and nodes that do not listen at all.
#include "attached_connector.hpp"

namespace kith::erlang::test {

namespace {

struct WithoutEpmd : Attached {
    WithoutEpmd() { epmd.peer().stop_listening(); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(without_epmd, WithoutEpmd)

BOOST_AUTO_TEST_CASE(the_reason_contains_the_case_of_a_node_without_epmd) {
    const Report why = detached();
    BOOST_TEST(why.status == KITH_REFUSED);
    BOOST_TEST(has(why.text, "app@10.0.0.7 is down, runs without EPMD (then option port must be its distribution port), or"),
               why.text);
}

BOOST_AUTO_TEST_CASE(the_port_is_read_from_vm_args_of_the_release) {
    const std::pair<const char *, const char *> variables[] = {{"RELEASE_VM_ARGS", "/app/vm.args"},
                                                               {"VMARGS_PATH", "/app/vm.args"}};
    for (const auto &[name, path] : variables) {
        WithoutEpmd it;
        it.here.env(name, path);
        it.here.file(path, "-start_epmd false\n-erl_epmd_port 40000\n", {0644, 0, 0});
        it.attach();
        BOOST_TEST(it.rig.attached_node() == app);
    }
    here.env("RELEASE_ROOT", "/app");
    here.env("RELEASE_VSN", "0.1.0");
    here.file("/app/releases/0.1.0/vm.args", "-erl_epmd_port 40000\n", {0644, 0, 0});
    attach();
}

BOOST_AUTO_TEST_CASE(the_option_overrides_the_file) {
    Attached it(R"({"node": "app@10.0.0.7", "port": 40000})");
    it.here.env("RELEASE_VM_ARGS", "/app/vm.args");
    it.here.file("/app/vm.args", "-erl_epmd_port 9300\n", {0644, 0, 0});
    it.attach();
}

BOOST_AUTO_TEST_CASE(nobody_listens_on_the_port_of_vm_args) {
    here.env("RELEASE_VM_ARGS", "/app/vm.args");
    here.file("/app/vm.args", "-erl_epmd_port 9300\n", {0644, 0, 0});
    BOOST_TEST(has(detached().text, "nobody listens on 10.0.0.7:9300, where the node should be, as /app/vm.args says"));
}

BOOST_AUTO_TEST_CASE(an_unreadable_vm_args_file_is_reported) {
    here.env("RELEASE_VM_ARGS", "/app/vm.args");
    BOOST_TEST(has(detached().text, "/app/vm.args, which may name its port, cannot be read"));
}

BOOST_AUTO_TEST_CASE(a_node_that_does_not_listen_cannot_be_driven) {
    for (const char *args : {"-dist_listen false\n", "-sname undefined\n"}) {
        WithoutEpmd it;
        it.here.env("RELEASE_VM_ARGS", "/app/vm.args");
        it.here.file("/app/vm.args", args, {0644, 0, 0});
        const Report why = it.detached();
        BOOST_TEST(why.status == KITH_UNSUPPORTED);
        BOOST_TEST(has(why.text, "the node does not listen, and cannot be driven"), why.text);
    }
    Attached named(R"({"node": "undefined"})");
    BOOST_TEST(has(named.detached().text, "it does not listen, and cannot be driven"));
    BOOST_TEST(named.epmd.asked() == 0u);
}

BOOST_AUTO_TEST_CASE(the_reason_states_that_a_node_that_does_not_listen_is_not_listed) {
    Attached it("{}");
    it.epmd.add("other", 40001);
    BOOST_TEST(has(it.detached().text, "a node that does not listen (-dist_listen false, -sname undefined) is not listed"));
}

// The node was entered by its port; the peer is looked for at the same one.
BOOST_AUTO_TEST_CASE(a_peer_is_connected_at_the_port_of_the_driven_node) {
    Attached it(R"({"node": "app@10.0.0.7", "port": 40000})");
    it.epmd.peer().stop_listening();
    it.attach();
    const Report report = it.join("b@10.0.0.8");
    BOOST_TEST(report.status == KITH_REFUSED);
    BOOST_TEST(has(report.text, "nobody listens on 10.0.0.8:40000"), report.text);
    BOOST_TEST(!has(report.text, "EPMD on"), report.text);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::erlang::test
