// SPDX-License-Identifier: MIT
//
// A client for the instance metadata service, version 2 (IMDSv2), which requires a session token.
#pragma once

#include "settings.hpp"

#include <kith/http.hpp>

namespace ec2 {

class MetadataService {
  public:
    MetadataService(kith::host h, const Settings &settings) : settings_(settings), http_(h) {}

    /// path: below /latest/meta-data/. Errors: KITH_NOT_FOUND: this instance has no such value; all others contain the remedy.
    kith::task<kith::result<std::string>> get(std::string path);

    /// Region and id of this instance; requested once.
    kith::task<kith::result<std::string>> region();
    kith::task<kith::result<std::string>> instance();

  private:
    kith::task<kith::result<kith::http_answer>> ask(std::string_view method, std::string_view path,
                                                    const kith::attribute *field);
    kith::task<kith::result<void>> new_token();
    kith::task<bool> answers();
    kith::error no_metadata_service(const kith::error &why) const;
    kith::task<kith::result<std::string>> once(std::string &known, std::string path, std::string_view characters);

    const Settings &settings_;
    kith::http http_;
    kith::http_client client_;
    std::string token_, region_, instance_;
};

} // namespace ec2
