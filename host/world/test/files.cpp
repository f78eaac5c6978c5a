// SPDX-License-Identifier: MIT
//
// kith.file/1, kith.env/1 and kith.state/1, in both worlds; and what only a real file system has.
#include "real_and_simulated_worlds.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace kith::test;
namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(files)

BOOST_AUTO_TEST_CASE_TEMPLATE(read_returns_bytes_and_file_info, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant tenant(fixture.world());
    fixture.put("file", "SECRET");
    const Completion done = fixture.await(tenant, tenant.read_file(fixture.path("file")));
    BOOST_TEST(done.status == KITH_OK);
    BOOST_TEST(done.data == "SECRET");
    BOOST_TEST(done.info.size == 6u);
    BOOST_TEST(done.info.version != 0u);
    BOOST_TEST(done.info.ours == 1u);
    BOOST_TEST((done.info.mode & 0600U) == 0600u);
    fixture.put("empty", "");
    const Completion empty = fixture.await(tenant, tenant.read_file(fixture.path("empty"), 0));
    BOOST_TEST(empty.status == KITH_OK);
    BOOST_TEST(empty.data.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(read_failures_have_distinct_statuses, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant tenant(fixture.world());
    fixture.put("file", std::string(100, 'x'));
    const Completion missing = fixture.await(tenant, tenant.read_file(fixture.path("none")));
    BOOST_TEST(missing.status == KITH_NOT_FOUND);
    BOOST_TEST(missing.info.version == 0u);
    BOOST_TEST(missing.text.find(fixture.path("none")) != std::string::npos);
    const Completion large = fixture.await(tenant, tenant.read_file(fixture.path("file"), 99));
    BOOST_TEST(large.status == KITH_LIMIT);
    BOOST_TEST(large.data.empty());
    BOOST_TEST(large.info.size == 100u);
    BOOST_TEST(fixture.await(tenant, tenant.read_file(fixture.path("file"), 100)).status == KITH_OK);
    fixture.make_directory("directory");
    const Completion directory = fixture.await(tenant, tenant.read_file(fixture.path("directory")));
    BOOST_TEST(directory.status == KITH_INVALID);
    BOOST_TEST(directory.info.version != 0u);
    BOOST_TEST(tenant.read_file("") == 0u);
    BOOST_TEST(tenant.refused == KITH_INVALID);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(write_replaces_the_file_and_its_mode, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant tenant(fixture.world());
    BOOST_TEST(fixture.await(tenant, tenant.write_file(fixture.path("x"), "one", 0640)).status == KITH_OK);
    const Completion first = fixture.await(tenant, tenant.read_file(fixture.path("x")));
    BOOST_TEST(first.data == "one");
    BOOST_TEST(first.info.mode == 0640u);
    BOOST_TEST(fixture.await(tenant, tenant.write_file(fixture.path("x"), "two", 0600)).status == KITH_OK);
    const Completion second = fixture.await(tenant, tenant.read_file(fixture.path("x")));
    BOOST_TEST(second.data == "two");
    BOOST_TEST(second.info.mode == 0600u);
    BOOST_TEST(second.info.version != first.info.version);
    BOOST_TEST(fixture.await(tenant, tenant.write_file(fixture.path("nowhere/x"), "")).status == KITH_NOT_FOUND);
    fixture.make_directory("directory");
    BOOST_TEST(fixture.await(tenant, tenant.write_file(fixture.path("directory"), "x")).status == KITH_INVALID);
    BOOST_TEST(tenant.write_file("", "x") == 0u);
    BOOST_TEST(tenant.refused == KITH_INVALID);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(operations_on_one_path_are_done_in_order, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant tenant(fixture.world());
    for (int i = 0; i < 200; ++i) tenant.write_file(fixture.path("x"), std::to_string(i));
    BOOST_TEST(fixture.await(tenant, tenant.read_file(fixture.path("x"))).data == "199");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_cancelled_operation_completes_once, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant tenant(fixture.world());
    fixture.put("x", "old");
    for (int i = 0; i < 20; ++i) {
        const auto read = tenant.read_file(fixture.path("x"));
        tenant.cancel(read);
        BOOST_TEST(fixture.await(tenant, read).status == KITH_CANCELLED);
        BOOST_TEST(fixture.await(tenant, tenant.read_file(fixture.path("x"))).data == "old");
    }
    // A worker may have begun it when it is cancelled: then it is done whole, else not at all.
    const auto write = tenant.write_file(fixture.path("x"), "new");
    tenant.cancel(write);
    BOOST_TEST(fixture.await(tenant, write).status == KITH_CANCELLED);
    const auto data = fixture.await(tenant, tenant.read_file(fixture.path("x"))).data;
    BOOST_TEST((data == "old" || data == "new"), data);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(watch_misses_no_change, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant tenant(fixture.world());
    fixture.put("x", "1");
    const auto version = fixture.await(tenant, tenant.read_file(fixture.path("x"))).info.version;
    const auto changes = tenant.watch(fixture.path("x"), version);
    const auto appears = tenant.watch(fixture.path("y"), 0);
    fixture.settle();
    BOOST_TEST(tenant.of(changes) == nullptr);
    BOOST_TEST(tenant.of(appears) == nullptr);
    fixture.put("x", "2");
    BOOST_TEST(fixture.await(tenant, changes).status == KITH_OK);
    // Changed already, before the watch.
    BOOST_TEST(fixture.await(tenant, tenant.watch(fixture.path("x"), version)).status == KITH_OK);
    BOOST_TEST(fixture.await(tenant, tenant.watch(fixture.path("x"), 0)).status == KITH_OK);
    BOOST_TEST(tenant.of(appears) == nullptr);
    fixture.put("y", "");
    BOOST_TEST(fixture.await(tenant, appears).status == KITH_OK);
    const auto goes = tenant.watch(fixture.path("y"), fixture.await(tenant, tenant.read_file(fixture.path("y"))).info.version);
    fixture.settle();
    BOOST_TEST(tenant.of(goes) == nullptr);
    fixture.remove("y");
    BOOST_TEST(fixture.await(tenant, goes).status == KITH_OK);
    const auto never = tenant.watch(fixture.path("y"), 0);
    tenant.cancel(never);
    BOOST_TEST(fixture.await(tenant, never).status == KITH_CANCELLED);
    fixture.put("y", "");
    fixture.settle();
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_file_in_a_later_created_directory_is_reported, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant tenant(fixture.world());
    const auto op = tenant.watch(fixture.path("later/deeper/cookie"), 0);
    fixture.settle();
    BOOST_TEST(tenant.of(op) == nullptr);
    fixture.make_directory("later");
    fixture.settle();
    fixture.make_directory("later/deeper");
    fixture.settle();
    BOOST_TEST(tenant.of(op) == nullptr);
    fixture.put("later/deeper/cookie", "SECRET");
    BOOST_TEST(fixture.await(tenant, op).status == KITH_OK);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(several_watches_of_one_file_and_of_many_files, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant a(fixture.world(), "a"), b(fixture.world(), "b");
    const auto one = a.watch(fixture.path("x"), 0), two = b.watch(fixture.path("x"), 0);
    std::vector<std::uint64_t> many;
    for (int i = 0; i < 20; ++i) many.push_back(a.watch(fixture.path("many" + std::to_string(i)), 0));
    fixture.settle();
    a.cancel(one);
    fixture.put("x", "");
    BOOST_TEST(fixture.await(b, two).status == KITH_OK);
    BOOST_TEST(fixture.await(a, one).status == KITH_CANCELLED);
    for (int i = 0; i < 20; ++i) fixture.put("many" + std::to_string(i), "");
    for (const auto op : many) BOOST_TEST(fixture.await(a, op).status == KITH_OK);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(only_declared_variables_can_be_read, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant tenant(fixture.world());
    const auto *env = tenant.template table<kith_env_host>(KITH_ENV);
    const auto get = [&](std::string_view name, std::string &out) {
        kith_str found{};
        const std::int32_t status = env->get(&tenant.host, str(name), &found);
        if (status == KITH_OK) out.assign(found.data, found.size);
        return status;
    };
    fixture.set_env("KITH_TEST_A", "one");
    fixture.set_env("KITH_TEST_EMPTY", "");
    fixture.set_env("OTHER", "secret");
    std::string out = "before";
    BOOST_TEST(get("KITH_TEST_A", out) == KITH_OK);
    BOOST_TEST(out == "one");
    BOOST_TEST(get("KITH_TEST_EMPTY", out) == KITH_OK);
    BOOST_TEST(out.empty());
    BOOST_TEST(get("KITH_TEST_NONE", out) == KITH_NOT_FOUND);
    BOOST_TEST(get("OTHER", out) == KITH_DENIED);
    BOOST_TEST(get("", out) == KITH_DENIED);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(state_belongs_to_an_instance_and_outlives_it, Fixture, Fixtures) {
    Fixture fixture;
    {
        TestTenant tenant(fixture.world(), "topology/source");
        BOOST_TEST(fixture.await(tenant, tenant.load()).status == KITH_NOT_FOUND);
        for (int i = 0; i < 20; ++i) tenant.save("cursor " + std::to_string(i));
        BOOST_TEST(fixture.await(tenant, tenant.save("cursor 20")).status == KITH_OK);
        TestTenant other(fixture.world(), "topology.source");
        BOOST_TEST(fixture.await(other, other.load()).status == KITH_NOT_FOUND);
    }
    TestTenant again(fixture.world(), "topology/source");
    const Completion loaded = fixture.await(again, again.load());
    BOOST_TEST(loaded.status == KITH_OK);
    BOOST_TEST(loaded.data == "cursor 20");
    BOOST_TEST(fixture.await(again, again.save(std::string(KITH_STATE_MAX, '\0'))).status == KITH_OK);
    BOOST_TEST(fixture.await(again, again.load()).data.size() == KITH_STATE_MAX);
    BOOST_TEST(again.save(std::string(KITH_STATE_MAX + 1, 'x')) == 0u);
    BOOST_TEST(again.refused == KITH_LIMIT);
    BOOST_TEST(fixture.await(again, again.save("")).status == KITH_OK);
    BOOST_TEST(fixture.await(again, again.load()).data.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_save_waits_until_the_tenant_may_save, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant former(fixture.world(), "i"), next(fixture.world(), "i");
    BOOST_TEST(fixture.await(former, former.save("1")).status == KITH_OK);
    former.may = next.may = kith::Tenant::MaySave::later;
    const std::uint64_t of_former = former.save("of the former one");
    std::uint64_t last = 0;
    for (const char *text : {"2", "3", "4"}) last = next.save(text);
    BOOST_TEST(fixture.await(next, next.load()).data == "1");
    BOOST_TEST(next.done.size() == 1u); // of the load
    // The next one takes over.
    former.may = kith::Tenant::MaySave::never;
    fixture.world().cancel_all(former.host);
    BOOST_TEST(fixture.await(former, of_former).status == KITH_CANCELLED);
    BOOST_TEST(former.save("too late") == 0u);
    BOOST_TEST(former.refused == KITH_CANCELLED);
    next.may = kith::Tenant::MaySave::now;
    fixture.world().save_held(next.host);
    BOOST_TEST(fixture.await(next, last).status == KITH_OK);
    BOOST_TEST(fixture.await(next, next.load()).data == "4");

    next.may = kith::Tenant::MaySave::later;
    for (std::size_t i = 0; i < kith::World::most_held_saves; ++i) BOOST_TEST(next.save("many") != 0u);
    BOOST_TEST(next.save("one more") == 0u);
    BOOST_TEST(next.refused == KITH_BUSY);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(without_a_state_dir_state_is_unsupported, Fixture, Fixtures) {
    Fixture fixture;
    fixture.without_state_dir();
    TestTenant tenant(fixture.world());
    BOOST_TEST(tenant.load() == 0u);
    BOOST_TEST(tenant.refused == KITH_UNSUPPORTED);
    BOOST_TEST(tenant.save("x") == 0u);
    BOOST_TEST(tenant.refused == KITH_UNSUPPORTED);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(real_files, RealWorld)

BOOST_AUTO_TEST_CASE(a_refusal_has_a_text) {
    TestTenant tenant(world());
    BOOST_TEST(tenant.read_file("") == 0u);
    BOOST_TEST(!tenant.error.empty());
    BOOST_TEST(tenant.save(std::string(KITH_STATE_MAX + 1, 'x')) == 0u);
    BOOST_TEST(tenant.error.find("65536") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_state_file_is_private) {
    TestTenant tenant(world(), "../a b/%.epmd");
    BOOST_TEST(await(tenant, tenant.save("x")).status == KITH_OK);
    BOOST_TEST((fs::status(path("state")).permissions() == fs::perms::owner_all));
    int count = 0;
    for (const auto &entry : fs::recursive_directory_iterator(path(""))) {
        if (!entry.is_regular_file()) continue;
        ++count;
        BOOST_TEST(entry.path().parent_path() == path("state"));
        BOOST_TEST((entry.status().permissions() == (fs::perms::owner_read | fs::perms::owner_write)));
    }
    BOOST_TEST(count == 1);
}

BOOST_AUTO_TEST_CASE(an_unreadable_file_has_a_version) {
    if (::geteuid() == 0) return; // who may read everything
    put("secret", "x");
    fs::permissions(path("secret"), fs::perms::none);
    TestTenant tenant(world());
    const Completion done = await(tenant, tenant.read_file(path("secret")));
    BOOST_TEST(done.status == KITH_DENIED);
    BOOST_TEST(done.info.version != 0u);
    const auto op = tenant.watch(path("secret"), done.info.version);
    settle();
    BOOST_TEST(tenant.of(op) == nullptr);
    fs::permissions(path("secret"), fs::perms::owner_read);
    BOOST_TEST(await(tenant, op).status == KITH_OK);
}

BOOST_AUTO_TEST_CASE(files_that_are_not_regular_are_refused_without_blocking) {
    BOOST_REQUIRE(::mkfifo(path("fifo").c_str(), 0600) == 0);
    TestTenant tenant(world());
    BOOST_TEST(await(tenant, tenant.read_file(path("fifo"))).status == KITH_INVALID);
    BOOST_TEST(await(tenant, tenant.read_file("/dev/zero")).status == KITH_INVALID);
    // One of /proc tells no size before it is read.
    BOOST_TEST(await(tenant, tenant.read_file("/proc/self/status", 10)).status == KITH_LIMIT);
    BOOST_TEST(await(tenant, tenant.read_file("/proc/self/status")).status == KITH_OK);
}

BOOST_AUTO_TEST_CASE(a_write_leaves_nothing_beside_the_file) {
    make_directory("d");
    make_directory("d/taken");
    TestTenant tenant(world());
    BOOST_TEST(await(tenant, tenant.write_file(path("d/x"), std::string(1'000'000, 'x'))).status == KITH_OK);
    BOOST_TEST(await(tenant, tenant.write_file(path("d/taken"), "x")).status != KITH_OK);
    BOOST_TEST(std::distance(fs::directory_iterator(path("d")), fs::directory_iterator()) == 2);
}

BOOST_AUTO_TEST_CASE(a_change_in_place_is_reported) {
    put("x", "1");
    TestTenant tenant(world());
    const auto op = tenant.watch(path("x"), await(tenant, tenant.read_file(path("x"))).info.version);
    settle();
    std::ofstream(path("x"), std::ios::app) << "2";
    BOOST_TEST(await(tenant, op).status == KITH_OK);
}

// A mounted Secret: cookie -> ..data/cookie, ..data -> ..2026_1; an update swaps the link ..data by a rename.
BOOST_AUTO_TEST_CASE(a_link_replaced_as_by_kubernetes_is_reported_at_once) {
    make_directory("..2026_1");
    make_directory("..2026_2");
    put("..2026_1/cookie", "ONE");
    put("..2026_2/cookie", "TWO");
    fs::create_directory_symlink("..2026_1", path("..data"));
    fs::create_symlink("..data/cookie", path("cookie"));
    TestTenant tenant(world());
    const Completion first = await(tenant, tenant.read_file(path("cookie")));
    BOOST_TEST(first.data == "ONE");
    const auto op = tenant.watch(path("cookie"), first.info.version);
    settle();
    fs::create_directory_symlink("..2026_2", path("..data_tmp"));
    fs::rename(path("..data_tmp"), path("..data"));
    const auto begin = std::chrono::steady_clock::now();
    BOOST_TEST(await(tenant, op).status == KITH_OK);
    BOOST_TEST((std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(4500))); // not by the poll, after 5 s
    BOOST_TEST(await(tenant, tenant.read_file(path("cookie"))).data == "TWO");
}

BOOST_AUTO_TEST_CASE(a_removed_and_recreated_directory_is_watched) {
    make_directory("d");
    put("d/x", "1");
    TestTenant tenant(world());
    const auto goes = tenant.watch(path("d/x"), await(tenant, tenant.read_file(path("d/x"))).info.version);
    settle();
    fs::remove_all(path("d"));
    BOOST_TEST(await(tenant, goes).status == KITH_OK);
    const auto comes = tenant.watch(path("d/x"), 0);
    settle();
    make_directory("d");
    settle();
    put("d/x", "2");
    BOOST_TEST(await(tenant, comes).status == KITH_OK);
}

BOOST_AUTO_TEST_CASE(the_world_can_be_destroyed_during_operations) {
    put("x", std::string(1'000'000, 'x'));
    {
        TestTenant tenant(world());
        for (int i = 0; i < 50; ++i) {
            tenant.read_file(path("x"), KITH_FILE_MAX_READ);
            tenant.watch(path("none" + std::to_string(i)), 0);
            tenant.connect("localhost", 1);
        }
    }
    end_world();
    io.poll(); // what was queued finds nobody
}

BOOST_AUTO_TEST_SUITE_END()
