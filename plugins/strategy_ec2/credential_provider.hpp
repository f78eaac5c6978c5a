// SPDX-License-Identifier: MIT
//
// Credentials: those of the environment, else of the container's endpoint (ECS, EKS), else of the instance's role. Temporary ones are
// renewed before they end.
#pragma once

#include "metadata_service.hpp"

#include <kith/clock.hpp>
#include <kith/file.hpp>
#include <kith/log.hpp>

namespace ec2 {

class CredentialProvider {
  public:
    CredentialProvider(kith::host h, const Settings &settings, MetadataService &metadata)
        : settings_(settings), metadata_(metadata), clock_(h), file_(h), http_(h), log_(h) {}

    kith::task<kith::result<Credentials>> get();

    /// AWS does not take them: get asks for others. False: there are no others.
    bool invalidate();

    [[nodiscard]] Moment now() const { return std::chrono::duration_cast<Moment>(clock_.wall()); }

  private:
    bool good() const;
    kith::task<kith::result<Credentials>> fetch();
    kith::task<kith::result<Credentials>> from_container();
    kith::task<kith::result<Credentials>> from_role();
    kith::task<kith::result<std::string>> container_token();

    const Settings &settings_;
    MetadataService &metadata_;
    kith::clock clock_;
    kith::file file_;
    kith::http http_;
    kith::log log_;
    kith::http_client client_;
    Credentials last_;
    std::chrono::nanoseconds asked_{};
    bool have_ = false;
};

} // namespace ec2
