// SPDX-License-Identifier: MIT
//
// The metrics of a member. A value is passed on when it has changed.
#pragma once

#include "member.hpp"

#include <kith/metric.hpp>

#include <utility>

namespace kith::mesh {

class MemberMetrics {
  public:
    explicit MemberMetrics(host h)
        : members_(h, {"members", "Members that are up, without this one."}),
          direct_(h, {"direct_links", "Members with a direct link."}),
          accusations_(h, {"accusations_total", "Members that this one has reported as unreachable."}),
          announcements_(h, {"announcements_total", "Times that others believed this member down and it was not."}) {}

    void report(const Member &of) {
        const auto &now = of.counters();
        if (const std::size_t count = of.membership().up_count(); count != std::exchange(last_members_, count))
            members_.set(static_cast<double>(count));
        if (const std::size_t count = of.direct_links(); count != std::exchange(last_direct_, count))
            direct_.set(static_cast<double>(count));
        count(accusations_, now.accusations, last_.accusations);
        count(announcements_, now.announcements, last_.announcements);
        last_ = now;
    }

  private:
    static void count(counter &in, std::uint64_t now, std::uint64_t before) {
        if (now != before) in.add(static_cast<double>(now - before));
    }

    gauge members_, direct_;
    counter accusations_, announcements_;
    std::size_t last_members_ = SIZE_MAX, last_direct_ = SIZE_MAX;
    Member::Counters last_;
};

} // namespace kith::mesh
