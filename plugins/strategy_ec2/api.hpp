// SPDX-License-Identifier: MIT
//
// DescribeInstances: signed, asked, read.
#pragma once

#include "answer.hpp"
#include "provider.hpp"
#include "reason.hpp"

#include <kith/random.hpp>
#include <kith/timer.hpp>

namespace ec2 {

class Api {
  public:
    Api(kith::host h, const Settings &settings, Metadata &metadata)
        : settings_(settings), metadata_(metadata), provider_(h, settings, metadata), http_(h), timer_(h), random_(h) {}

    /// One page. form: what is asked (query.hpp). waits: how often it waits and asks again when EC2 has no time for us; credentials that
    /// are not taken are asked for anew once, and a connection that broke is tried once more.
    kith::task<kith::result<Page>> describe(std::string form, int waits);

    /// How long EC2 asked us to wait, when it refused.
    [[nodiscard]] std::chrono::nanoseconds wish() const noexcept { return wish_; }

  private:
    kith::task<kith::result<kith::http_answer>> send(const std::string &form, const std::string &region,
                                                     const Credentials &with);

    const Settings &settings_;
    Metadata &metadata_;
    Provider provider_;
    kith::http http_;
    kith::timer timer_;
    kith::random random_;
    kith::http_client client_;
    std::chrono::nanoseconds wish_{};
};

} // namespace ec2
