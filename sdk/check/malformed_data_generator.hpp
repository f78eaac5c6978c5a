// SPDX-License-Identifier: MIT
//
// Generates malformed bytes, documents and names of the kinds that commonly break parsers.
#pragma once

#include <kith/testkit/random.hpp>

#include <string>
#include <string_view>

namespace kith::check {

class MalformedDataGenerator {
  public:
    explicit MalformedDataGenerator(std::uint64_t seed) : random_(seed) {}

    /// A random number less than n.
    std::uint64_t below(std::uint64_t n) { return random_.below(n); }
    /// True once in `one_in` calls on average.
    bool chance(std::uint64_t one_in) { return below(one_in) == 0; }
    /// Up to `most` random bytes.
    std::string random_bytes(std::size_t most);
    /// Usually a damaged copy of `sample` (truncated, bits changed, bytes inserted, doubled); otherwise unrelated bytes.
    std::string bytes(std::string_view sample = {});
    /// Invalid JSON, or JSON of an unexpected shape, often large or deeply nested.
    std::string document();
    /// A host or node name, often an invalid one.
    std::string name();

  private:
    testkit::Random random_;
};

} // namespace kith::check
