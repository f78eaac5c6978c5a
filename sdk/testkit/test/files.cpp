// SPDX-License-Identifier: MIT
#include "machine_test_tenant.hpp"

#include <boost/test/unit_test.hpp>

using namespace kith::testkit;
using namespace std::chrono_literals;

namespace {

struct FilesFixture {
    SimNet net{3};
    SimulatedMachine &machine = net.machine("a", {});
    MachineTenant tenant{machine, "topology/source"};

    std::int32_t env(std::string_view name, std::string &out) {
        kith_str found{};
        const auto status = tenant.table<kith_env_host>(KITH_ENV)->get(&tenant.host, kith::test::str(name), &found);
        if (status == KITH_OK) out.assign(found.data, found.size);
        return status;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(files, FilesFixture)

BOOST_AUTO_TEST_CASE(read_returns_bytes_owner_mode_and_version) {
    machine.file("/home/me/.erlang.cookie", "SECRET", {0400, 1000, 1000});
    const Completion done = tenant.await(tenant.read_file("/home/me/.erlang.cookie"));
    BOOST_TEST(done.status == KITH_OK);
    BOOST_TEST(done.data == "SECRET");
    BOOST_TEST(done.info.mode == 0400u);
    BOOST_TEST(done.info.owner == 1000u);
    BOOST_TEST(done.info.ours == 1u);
    BOOST_TEST(done.info.size == 6u);
    BOOST_TEST(done.info.version != 0u);
}

BOOST_AUTO_TEST_CASE(failures_of_read) {
    machine.file("/etc/root", "x", {0600, 0, 0});
    machine.file("/etc/large", std::string(100, 'x'));
    const Completion missing = tenant.await(tenant.read_file("/etc/none"));
    BOOST_TEST(missing.status == KITH_NOT_FOUND);
    BOOST_TEST(missing.info.version == 0u);
    BOOST_TEST(missing.text == "/etc/none: there is no such thing");
    BOOST_TEST(tenant.await(tenant.read_file("/etc/root")).status == KITH_DENIED);
    BOOST_TEST(tenant.await(tenant.read_file("/etc")).status == KITH_INVALID);
    const Completion large = tenant.await(tenant.read_file("/etc/large", 99));
    BOOST_TEST(large.status == KITH_LIMIT);
    BOOST_TEST(large.info.size == 100u);
    BOOST_TEST(tenant.await(tenant.read_file("/etc/large", 100)).status == KITH_OK);
    machine.fail_path("/etc/large", KITH_IO);
    BOOST_TEST(tenant.await(tenant.read_file("/etc/large")).status == KITH_IO);
    machine.user(0);
    BOOST_TEST(tenant.await(tenant.read_file("/etc/root")).status == KITH_OK);
}

BOOST_AUTO_TEST_CASE(write_replaces_and_relative_paths_are_from_the_root) {
    machine.directory("/var");
    BOOST_TEST(tenant.await(tenant.write_file("var/x", "one", 0640)).status == KITH_OK);
    BOOST_TEST(machine.file("/var/x").value() == "one");
    const auto first = tenant.await(tenant.read_file("/var//x")).info;
    BOOST_TEST(first.mode == 0640u);
    BOOST_TEST(tenant.await(tenant.write_file("/var/x", "two")).status == KITH_OK);
    BOOST_TEST(tenant.await(tenant.read_file("/var/x")).info.version != first.version);
    BOOST_TEST(tenant.await(tenant.write_file("/nowhere/x", "")).status == KITH_NOT_FOUND);
    BOOST_TEST(tenant.await(tenant.write_file("/var", "")).status == KITH_INVALID);
}

BOOST_AUTO_TEST_CASE(a_cancelled_write_does_not_change_the_file) {
    machine.file("/x", "old");
    const auto op = tenant.write_file("/x", "new");
    machine.cancel(tenant.host, op);
    BOOST_TEST(tenant.await(op).status == KITH_CANCELLED);
    BOOST_TEST(machine.file("/x").value() == "old");
}

BOOST_AUTO_TEST_CASE(watch_misses_no_change) {
    machine.file("/x", "1");
    const auto version = tenant.await(tenant.read_file("/x")).info.version;
    const auto op = tenant.watch("/x", version);
    net.run_for(1h);
    BOOST_TEST(tenant.of(op) == nullptr);
    machine.file("/x", "2");
    BOOST_TEST(tenant.of(op) == nullptr);
    BOOST_TEST(tenant.await(op).status == KITH_OK);
    // Changed already.
    BOOST_TEST(tenant.await(tenant.watch("/x", version)).status == KITH_OK);
    // Appears, and goes.
    const auto appears = tenant.watch("/y", 0);
    net.run_for(1s);
    machine.file("/y", "");
    BOOST_TEST(tenant.await(appears).status == KITH_OK);
    const auto goes = tenant.watch("/y", tenant.await(tenant.read_file("/y")).info.version);
    machine.remove("/y");
    BOOST_TEST(tenant.await(goes).status == KITH_OK);
    const auto never = tenant.watch("/y", 0);
    machine.cancel(tenant.host, never);
    BOOST_TEST(tenant.await(never).status == KITH_CANCELLED);
}

BOOST_AUTO_TEST_CASE(environment_by_declared_names) {
    machine.env("KITH_A", "one");
    machine.env("KITH_EMPTY", "");
    machine.env("HOME", "/root");
    std::string out = "before";
    BOOST_TEST(env("KITH_A", out) == KITH_OK);
    BOOST_TEST(out == "one");
    BOOST_TEST(env("KITH_EMPTY", out) == KITH_OK);
    BOOST_TEST(out.empty());
    BOOST_TEST(env("KITH_B", out) == KITH_NOT_FOUND);
    BOOST_TEST(env("HOME", out) == KITH_DENIED);
    machine.unset_env("KITH_A");
    BOOST_TEST(env("KITH_A", out) == KITH_NOT_FOUND);
}

BOOST_AUTO_TEST_CASE(state_outlives_the_instance) {
    BOOST_TEST(tenant.await(tenant.load()).status == KITH_NOT_FOUND);
    BOOST_TEST(tenant.await(tenant.save("cursor 7")).status == KITH_OK);
    MachineTenant other(machine, "other");
    BOOST_TEST(other.await(other.load()).status == KITH_NOT_FOUND);
    machine.close(tenant.host);
    MachineTenant again(machine, "topology/source");
    BOOST_TEST(again.await(again.load()).data == "cursor 7");
    BOOST_TEST(machine.state("topology/source").value() == "cursor 7");
    BOOST_TEST(again.save(std::string(KITH_STATE_MAX + 1, 'x')) == 0u);
    BOOST_TEST(again.refused == KITH_LIMIT);
    machine.state_dir(false);
    BOOST_TEST(again.load() == 0u);
    BOOST_TEST(again.refused == KITH_UNSUPPORTED);
}

BOOST_AUTO_TEST_SUITE_END()
