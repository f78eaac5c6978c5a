// SPDX-License-Identifier: MIT
//
// A client for DescribeInstances: signs and sends requests and parses the responses.
#pragma once

#include "credential_provider.hpp"
#include "describe_instances_parser.hpp"
#include "error_explanation.hpp"

#include <kith/random.hpp>
#include <kith/timer.hpp>

namespace ec2 {

class Ec2Client {
  public:
    Ec2Client(kith::host h, const Settings &settings, MetadataService &metadata)
        : settings_(settings), metadata_(metadata), provider_(h, settings, metadata), http_(h), timer_(h), random_(h) {}

    /// Requests one page. form: the request (describe_instances_request.hpp). waits: how often a throttled request is retried after a
    /// delay; refused credentials are renewed once, and a broken connection is retried once.
    kith::task<kith::result<Page>> describe(std::string form, int waits);

    /// The delay that EC2 requested with its last error.
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
