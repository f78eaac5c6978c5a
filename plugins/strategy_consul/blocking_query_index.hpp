// SPDX-License-Identifier: MIT
//
// The position of a blocking query: the index of the last response or, for endpoints of the agent, a hash of its content (Consul's
// documentation, "Blocking queries"). Uses no services.
//
// A smaller index than before means that the servers were restored or replaced; the next query then does not block. An index of 0, which
// only a faulty server sends, would not block either, so 1 is sent instead.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace consul {

class BlockingQueryIndex {
  public:
    /// The parameter for the next query, such as `index=7`; empty: the query must not block.
    [[nodiscard]] std::string parameter() const;
    /// Whether the next query blocks until something changes.
    [[nodiscard]] bool blocks() const noexcept { return index_ != 0 || !hash_.empty(); }

    /// Processes the headers of a response. index: X-Consul-Index, hash: X-Consul-ContentHash; empty: missing.
    /// \return whether the response may differ from the previous one.
    bool update(std::string_view index, std::string_view hash);

    /// The next query does not block: after a failure, changes may have been missed.
    void reset() noexcept;

  private:
    std::uint64_t index_ = 0;
    std::string hash_;
};

} // namespace consul
