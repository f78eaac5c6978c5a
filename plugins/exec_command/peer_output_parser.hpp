// SPDX-License-Identifier: MIT
//
// Parses the peers that a program prints. Uses no services.
//
//     app@10.0.0.7                                   a name
//     app@10.0.0.8 zone=a rack=12                    with attributes
//     {"name": "app@10.0.0.9", "key": "i-1", "attributes": {"zone": "a"}}
//     # and a comment
//
// or a JSON list of names and such objects, on one or more lines.
#pragma once

#include <kith/peer.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace exec {

struct PeerOutput {
    std::vector<kith::peer> peers;
    std::uint32_t doubled = 0; ///< number of peers that were printed more than once
};

/// Parses the complete output of a program, which is a whole set. Empty output is an error: a program that finds no peer prints [].
/// attributes: the
/// maximum number for each peer. Any invalid line is an error for the whole output (KITH_PROTOCOL), with the line number.
kith::result<PeerOutput> parse_peer_output(std::string_view text, std::size_t attributes = 64);

/// Splits a stream of output into sets. A set ends with an empty line, or is a JSON list on one line.
class PeerSetSplitter {
  public:
    /// Appends output.
    void add(std::string_view bytes) { rest_ += bytes; }
    /// The next complete set, if any.
    std::optional<std::string> next();
    /// Number of bytes of the incomplete set.
    std::size_t pending() const noexcept { return rest_.size(); }

  private:
    std::size_t seen_ = 0; // offset in rest_ of a line begin; no set ends before it
    std::string rest_;
};

} // namespace exec
