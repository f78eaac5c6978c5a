// SPDX-License-Identifier: MIT
//
// Where a blocking query goes on: the index that the last answer told, or, of the agent's own endpoints, a hash of its content
// (Consul's documents, "Blocking queries"). Needs no host.
//
// An index that goes backwards means that the servers were restored or replaced: the next query begins anew. An index of 0 would not
// block at all, and a server that tells one has a fault: 1 is sent in its place.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace consul {

class BlockingQueryIndex {
  public:
    /// What to add to the query's parameters, such as `index=7`; empty: answer at once.
    [[nodiscard]] std::string parameter() const;
    /// The query, as it is now, waits for a change.
    [[nodiscard]] bool blocks() const noexcept { return index_ != 0 || !hash_.empty(); }

    /// An answer came. index: its X-Consul-Index, hash: its X-Consul-ContentHash; empty: it has none.
    /// \return whether it may differ from the one before.
    bool update(std::string_view index, std::string_view hash);

    /// Begin anew: after a failure, nothing is known of what happened meanwhile.
    void reset() noexcept;

  private:
    std::uint64_t index_ = 0;
    std::string hash_;
};

} // namespace consul
