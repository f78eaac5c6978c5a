// SPDX-License-Identifier: MIT
//
// What strangers say: bytes and texts that are wrong in one of the ways that break readers.
#pragma once

#include <kith/testkit/random.hpp>

#include <string>
#include <string_view>

namespace kith::check {

class MalformedData {
  public:
    explicit MalformedData(std::uint64_t seed) : random_(seed) {}

    std::uint64_t below(std::uint64_t n) { return random_.below(n); }
    bool chance(std::uint64_t one_in) { return below(one_in) == 0; }
    std::string random_bytes(std::size_t most);
    /// Often what was heard before, with a flaw.
    std::string bytes(std::string_view heard = {});
    /// What is no JSON, or is some that nobody expects.
    std::string document();
    /// A name of a host or node, and what is none.
    std::string name();

  private:
    testkit::Random random_;
};

} // namespace kith::check
