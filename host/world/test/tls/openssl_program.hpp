// SPDX-License-Identifier: MIT
//
// `openssl s_client` or `openssl s_server` as a child, with pipes to it.
#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace kith::test {

class OpensslProgram {
  public:
    /// Starts `openssl` with these arguments. Throws std::runtime_error when it is not installed.
    explicit OpensslProgram(const std::vector<std::string> &arguments);
    ~OpensslProgram(); // kills it
    OpensslProgram(const OpensslProgram &) = delete;
    OpensslProgram &operator=(const OpensslProgram &) = delete;

    void write(std::string_view text) const;
    /// What it has printed so far, to both outputs, without waiting.
    const std::string &output();
    bool has_printed(std::string_view part) { return output().find(part) != std::string::npos; }

  private:
    pid_t pid_ = -1;
    int in_ = -1, out_ = -1;
    std::string output_;
};

} // namespace kith::test
