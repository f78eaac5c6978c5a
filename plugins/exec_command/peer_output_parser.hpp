// SPDX-License-Identifier: MIT
//
// What a program says of peers. Needs no host.
//
//     app@10.0.0.7                                   a name
//     app@10.0.0.8 zone=a rack=12                    with attributes
//     {"name": "app@10.0.0.9", "key": "i-1", "attributes": {"zone": "a"}}
//     # and a comment
//
// or, on one line or several, a JSON list of names and such objects.
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
    std::uint32_t doubled = 0; ///< that had been named before, and are left out
};

/// All that a program has said, which is a whole set. Nothing at all is no answer: a program that knows of no peer says []. attributes:
/// how many one may have. Anything that is not understood is an error with the number of its line: half an answer is none.
kith::result<PeerOutput> parse_peer_output(std::string_view text, std::size_t attributes = 64);

/// PeerSetSplitter that come one after the other. One ends with an empty line, or is a JSON list on one line.
class PeerSetSplitter {
  public:
    /// What came.
    void add(std::string_view bytes) { rest_ += bytes; }
    /// The next one that is complete.
    std::optional<std::string> next();
    /// Bytes of the one that is not.
    std::size_t pending() const noexcept { return rest_.size(); }

  private:
    std::size_t seen_ = 0; // of the rest: no end of a set up to here, and a line begins here
    std::string rest_;
};

} // namespace exec
