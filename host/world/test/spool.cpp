// SPDX-License-Identifier: MIT
//
// kith.spool/1 in both worlds; and what only a real file system has: files that are cut short, damaged, or of another process.
#include "real_and_simulated_worlds.hpp"

#include <kith/service/spool.h>

#include <algorithm>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

using namespace kith::test;
namespace fs = std::filesystem;

namespace {

using Found = std::vector<std::pair<std::uint64_t, std::string>>;

constexpr std::uint64_t small_bound = KITH_SPOOL_MIN_BOUND;

template <class Fixture>
void append_all(Fixture &fixture, TestTenant &tenant, std::uint64_t first, std::uint64_t last, std::size_t size = 1,
                std::uint64_t bound = 1U << 20U) {
    for (std::uint64_t i = first; i <= last; ++i) {
        const Completion done = fixture.await(tenant, tenant.append(std::to_string(i) + std::string(size, '.'), bound));
        BOOST_REQUIRE_MESSAGE(done.status == KITH_OK, done.text);
        BOOST_TEST(done.id == i);
    }
}

// The segments of the instance `test`, in the order of their records.
std::vector<fs::path> segments(const RealWorld &real) {
    std::vector<fs::path> found;
    for (const auto &entry : fs::directory_iterator(real.path("state/test.spool"))) {
        if (entry.path().extension() == ".records") found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::uint64_t used_bytes(const RealWorld &real) {
    std::uint64_t sum = 0;
    for (const auto &path : segments(real)) sum += fs::file_size(path);
    return sum;
}

} // namespace

BOOST_AUTO_TEST_SUITE(spool)

BOOST_AUTO_TEST_CASE_TEMPLATE(records_are_read_in_order_until_they_are_acknowledged, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant tenant(fixture.world());
    BOOST_TEST(fixture.await(tenant, tenant.unread()).records.empty());
    append_all(fixture, tenant, 1, 3);
    BOOST_TEST((fixture.await(tenant, tenant.unread()).records == Found{{1, "1."}, {2, "2."}, {3, "3."}}));
    BOOST_TEST((fixture.await(tenant, tenant.unread(1)).records == Found{{2, "2."}, {3, "3."}}));
    BOOST_TEST((fixture.await(tenant, tenant.unread(0, 1)).records == Found{{1, "1."}}), "at least one");
    BOOST_TEST((fixture.await(tenant, tenant.unread(0, 4)).records == Found{{1, "1."}, {2, "2."}}));
    BOOST_TEST(fixture.await(tenant, tenant.acknowledge(2)).status == KITH_OK);
    BOOST_TEST(fixture.await(tenant, tenant.acknowledge(1)).status == KITH_OK);
    BOOST_TEST((fixture.await(tenant, tenant.unread()).records == Found{{3, "3."}}));
    BOOST_TEST(fixture.await(tenant, tenant.acknowledge(4)).status == KITH_INVALID);
    BOOST_TEST(fixture.await(tenant, tenant.acknowledge(0)).status == KITH_INVALID);
    BOOST_TEST(fixture.await(tenant, tenant.acknowledge(3)).status == KITH_OK);
    BOOST_TEST(fixture.await(tenant, tenant.unread()).records.empty());
    append_all(fixture, tenant, 4, 4);
    const Completion last = fixture.await(tenant, tenant.unread(3));
    BOOST_TEST((last.records == Found{{4, "4."}}));
    BOOST_TEST(last.lost == 0u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(records_and_acknowledgements_outlive_the_instance, Fixture, Fixtures) {
    Fixture fixture;
    for (std::uint64_t round = 0; round < 5; ++round) {
        TestTenant tenant(fixture.world());
        const auto found = fixture.await(tenant, tenant.unread()).records;
        BOOST_TEST(found.size() == (round == 0 ? 0u : 1u));
        append_all(fixture, tenant, 3 * round + 1, 3 * round + 3);
        BOOST_TEST(fixture.await(tenant, tenant.acknowledge(3 * round + 2)).status == KITH_OK);
        TestTenant other(fixture.world(), "other");
        BOOST_TEST(fixture.await(other, other.unread()).records.empty(), "each instance has its own");
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_oldest_are_dropped_to_make_room, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant tenant(fixture.world());
    append_all(fixture, tenant, 1, 500, 500, small_bound);
    std::uint64_t after = 0, dropped = 0, count = 0;
    for (;;) {
        const Completion read = fixture.await(tenant, tenant.unread(after));
        if (read.records.empty()) break;
        dropped += read.lost;
        for (const auto &[number, data] : read.records) {
            BOOST_TEST(data == std::to_string(number) + std::string(500, '.'));
            if (after != 0) BOOST_TEST(number == after + 1);
            after = number;
            ++count;
        }
    }
    BOOST_TEST(after == 500u);
    BOOST_TEST(dropped + count == 500u);
    BOOST_TEST(count > 90u);
    BOOST_TEST(count < 127u);
    BOOST_TEST(fixture.await(tenant, tenant.acknowledge(500)).status == KITH_OK);
    append_all(fixture, tenant, 501, 501, 1, small_bound);
    BOOST_TEST(fixture.await(tenant, tenant.unread()).lost == 0u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(calls_that_are_refused, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant tenant(fixture.world());
    BOOST_TEST(tenant.append("x", small_bound - 1) == 0u);
    BOOST_TEST(tenant.refused == KITH_INVALID);
    BOOST_TEST(tenant.append("x", KITH_SPOOL_MAX_BOUND + 1ULL) == 0u);
    BOOST_TEST(tenant.append(std::string(small_bound / 8 + 1, 'x'), small_bound) == 0u);
    BOOST_TEST(tenant.refused == KITH_LIMIT);
    BOOST_TEST(tenant.append(std::string(KITH_SPOOL_MAX_RECORD + 1, 'x'), KITH_SPOOL_MAX_BOUND) == 0u);
    BOOST_TEST(tenant.refused == KITH_LIMIT);
    BOOST_TEST(fixture.await(tenant, tenant.append("", small_bound)).status == KITH_OK);
    BOOST_TEST((fixture.await(tenant, tenant.unread()).records == Found{{1, ""}}));
    tenant.leave_world();
    fixture.without_state_dir();
    TestTenant homeless(fixture.world());
    BOOST_TEST(homeless.append("x") == 0u);
    BOOST_TEST(homeless.refused == KITH_UNSUPPORTED);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_cancelled_operation_completes_once, Fixture, Fixtures) {
    Fixture fixture;
    TestTenant tenant(fixture.world());
    const std::uint64_t op = tenant.unread();
    BOOST_TEST(tenant.cancel(op) == KITH_OK);
    BOOST_TEST(fixture.await(tenant, op).status == KITH_CANCELLED);
    fixture.settle();
    BOOST_TEST(tenant.done.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_record_that_a_crash_has_cut_short_is_cut_off) {
    RealWorld real;
    {
        TestTenant tenant(real.world());
        append_all(real, tenant, 1, 3);
    }
    real.settle();
    BOOST_REQUIRE(segments(real).size() == 1u);
    const fs::path file = segments(real).front();
    const auto whole = fs::file_size(file);
    for (std::uint64_t cut = 1; cut < 18; ++cut) { // within the third record
        fs::resize_file(file, whole - cut);
        TestTenant tenant(real.world());
        BOOST_TEST((real.await(tenant, tenant.unread()).records == Found{{1, "1."}, {2, "2."}}));
        BOOST_TEST(real.await(tenant, tenant.append("3.")).id == 3u);
        BOOST_TEST((real.await(tenant, tenant.unread(2)).records == Found{{3, "3."}}));
        tenant.leave_world();
        real.settle();
        BOOST_TEST(fs::file_size(file) == whole);
    }
}

BOOST_AUTO_TEST_CASE(a_damaged_record_is_reported_as_lost_and_the_rest_is_read) {
    RealWorld real;
    {
        TestTenant tenant(real.world());
        append_all(real, tenant, 1, 100, 500, small_bound);
    }
    real.settle();
    const auto files = segments(real);
    BOOST_REQUIRE(files.size() > 4u);
    {
        std::fstream damaged(files[1], std::ios::in | std::ios::out | std::ios::binary);
        damaged.seekp(600);
        damaged.put('!');
    }
    TestTenant tenant(real.world());
    std::uint64_t after = 0, lost = 0, count = 0;
    for (;;) {
        const Completion read = real.await(tenant, tenant.unread(after));
        if (read.records.empty()) break;
        lost += read.lost;
        count += read.records.size();
        after = read.records.back().first;
    }
    BOOST_TEST(after == 100u);
    BOOST_TEST(count + lost == 100u);
    BOOST_TEST(lost > 0u);
    BOOST_TEST(lost < 20u);
}

BOOST_AUTO_TEST_CASE(lost_acknowledgements_repeat_records_and_do_not_reuse_numbers) {
    RealWorld real;
    {
        TestTenant tenant(real.world());
        append_all(real, tenant, 1, 3);
        BOOST_TEST(real.await(tenant, tenant.acknowledge(2)).status == KITH_OK);
        BOOST_TEST(real.await(tenant, tenant.acknowledge(3)).status == KITH_OK);
    }
    real.settle();
    {
        std::fstream torn(real.path("state/test.spool/acknowledged"), std::ios::in | std::ios::out | std::ios::binary);
        torn.put('!'); // of the slot that was written last
    }
    TestTenant tenant(real.world());
    BOOST_TEST((real.await(tenant, tenant.unread()).records == Found{{3, "3."}}));
    append_all(real, tenant, 4, 4);
}

BOOST_AUTO_TEST_CASE(numbers_go_on_when_the_segments_are_removed) {
    RealWorld real;
    {
        TestTenant tenant(real.world());
        append_all(real, tenant, 1, 3);
        BOOST_TEST(real.await(tenant, tenant.acknowledge(3)).status == KITH_OK);
    }
    real.settle();
    for (const auto &file : segments(real)) fs::remove(file);
    TestTenant tenant(real.world());
    append_all(real, tenant, 4, 5);
}

BOOST_AUTO_TEST_CASE(the_bound_holds_on_disk) {
    RealWorld real;
    TestTenant tenant(real.world());
    for (std::uint64_t i = 1; i <= 300; ++i) {
        append_all(real, tenant, i, i, 100 + i * 7 % 900, small_bound);
        BOOST_TEST(used_bytes(real) <= small_bound);
    }
    BOOST_TEST(real.await(tenant, tenant.acknowledge(300)).status == KITH_OK);
    BOOST_TEST(segments(real).size() == 1u);
    BOOST_TEST(((fs::status(real.path("state/test.spool")).permissions() & fs::perms::mask) == fs::perms::owner_all));
}

BOOST_AUTO_TEST_CASE(a_spool_of_another_process_is_busy) {
    RealWorld real;
    fs::create_directories(real.path("state/test.spool"));
    const int held = ::open(real.path("state/test.spool/acknowledged").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    BOOST_REQUIRE(held >= 0);
    BOOST_REQUIRE(::flock(held, LOCK_EX) == 0);
    TestTenant tenant(real.world());
    BOOST_TEST(real.await(tenant, tenant.append("x")).status == KITH_BUSY);
    ::close(held);
    BOOST_TEST(real.await(tenant, tenant.append("x")).status == KITH_OK);
}

BOOST_AUTO_TEST_CASE(a_directory_that_cannot_be_made_is_an_error_that_passes) {
    RealWorld real;
    fs::create_directories(real.path("state"));
    real.put("state/test.spool", "a file");
    TestTenant tenant(real.world());
    const Completion failed = real.await(tenant, tenant.append("x"));
    BOOST_TEST(failed.status == KITH_IO);
    BOOST_TEST(failed.text.find("test.spool") != std::string::npos);
    real.remove("state/test.spool");
    BOOST_TEST(real.await(tenant, tenant.append("x")).id == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
