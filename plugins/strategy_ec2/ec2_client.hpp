// SPDX-License-Identifier: MIT
//
// DescribeInstances: signed, asked, read.
#pragma once

#include "credential_provider.hpp"
#include "describe_instances_parser.hpp"
#include "error_response.hpp"

#include <kith/random.hpp>
#include <kith/timer.hpp>

namespace ec2 {

class Ec2Client {
  public:
    Ec2Client(kith::host h, const Settings &settings, MetadataService &metadata)
        : settings_(settings), metadata_(metadata), provider_(h, settings, metadata), http_(h), timer_(h), random_(h) {}

    /// One page. form: what is asked (query.hpp). waits: how often it waits and asks again when EC2 has no time for us; credentials that
    /// are not taken are asked for anew once, and a connection that broke is tried once more.
    kith::task<kith::result<Page>> describe(std::string form, int waits);

    /// How long EC2 asked us to wait, when it refused.
    [[nodiscard]] std::chrono::nanoseconds retry_after() const noexcept { return retry_after_; }

  private:
    kith::task<kith::result<kith::http_answer>> send(const std::string &form, const std::string &region,
                                                     const Credentials &with);

    const Settings &settings_;
    MetadataService &metadata_;
    CredentialProvider provider_;
    kith::http http_;
    kith::timer timer_;
    kith::random random_;
    kith::http_client client_;
    std::chrono::nanoseconds retry_after_{};
};

} // namespace ec2
