// SPDX-License-Identifier: MIT
//
// Provides credentials: from the environment, or else the container's endpoint (ECS, EKS), or else the instance's role. Temporary
// credentials are renewed before they expire.
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

    /// The current credentials; renews them if necessary.
    kith::task<kith::result<Credentials>> get();

    /// AWS refused the credentials: the next get() requests new ones. False: there are no others (those of the environment).
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
