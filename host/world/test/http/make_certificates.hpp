// SPDX-License-Identifier: MIT
//
// Certificates for tests, made when they are needed: nothing that expires lies in the tree.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace kith::test {

/// A certificate with its key, in PEM.
struct Identity {
    std::string certificate;
    std::string key;
};

/// An authority, which signs.
class Authority {
  public:
    explicit Authority(const std::string &name);
    ~Authority();

    const std::string &certificate() const noexcept { return certificate_; }
    /// names: host names, addresses, or URIs. days: how long it is valid from now on; 0: it has expired already. age: the days since when it is valid.
    Identity sign(const std::string &common_name, const std::vector<std::string> &names, int days = 30, int age = 1) const;

  private:
    struct Body;
    std::unique_ptr<Body> body_;
    std::string certificate_;
};

} // namespace kith::test
