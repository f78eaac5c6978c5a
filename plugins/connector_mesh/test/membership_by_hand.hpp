// SPDX-License-Identifier: MIT
//
// Facts written by hand, and what one member knows.
#pragma once

#include "membership.hpp"

#include <boost/test/unit_test.hpp>

namespace kith::mesh::test {

using namespace std::chrono_literals;
using Applied = Membership::Applied;

inline Fact of(std::string_view origin, std::uint32_t number, FactKind kind = FactKind::joined, std::uint64_t start = 10) {
    Fact fact;
    fact.kind = kind;
    fact.origin = origin;
    fact.run = {start, 1};
    fact.number = number;
    return fact;
}

inline Fact about(std::string_view origin, std::uint32_t number, FactKind kind, std::string_view subject,
                  std::uint32_t alive = 1, std::uint64_t start = 10) {
    Fact fact = of(origin, number, kind);
    fact.subject = subject;
    fact.subject_run = {start, 1};
    fact.alive = alive;
    fact.conclusive = true;
    fact.reason = "refused";
    return fact;
}

struct MembershipFixture {
    NameTable names{8};
    Membership here{names, 16, "me@h", {10, 1}, {"", 4747}, {}};
    Time now = 100s;

    Applied take(const Fact &fact) { return here.apply(fact, now += 20ms); }
    void join(std::initializer_list<std::string_view> all) {
        for (const auto each : all) BOOST_REQUIRE((take(of(each, 1)) == Applied::news));
        here.settle();
    }
    /// The changes since the last call.
    std::string settled() {
        std::string out;
        for (const auto &each : here.settle()) {
            out += out.empty() ? "" : " ";
            out += (each.up ? "+" : "-") + names.name(each.id);
        }
        return out;
    }
};

} // namespace kith::mesh::test
