// SPDX-License-Identifier: MIT
//
// The format of the file that stores a topology's peers across restarts. Each line is a JSON object. The last line contains the
// number of peers and a checksum of all bytes before it, so that a truncated or modified file is detected:
//
//   {"kith":"peers","v":1,"topology":"t"}
//   {"source":"s","strategy":"dns_poll","config":"0123456789abcdef","seen":1763881200000}
//   {"key":"10.0.0.7","name":"app@10.0.0.7","attributes":{"ip":"10.0.0.7"}}
//   {"peers":1,"sum":"0123456789abcdef"}
#pragma once

#include <core/abort_on_failed_result.hpp>
#include <kith/hosting/peer_and_link_views.hpp>

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kith::core {

inline constexpr std::size_t remembered_peers_size_limit =
    16u << 20; // bytes of a file; peers that do not fit are not written, and a larger file is not read

struct RememberedPeer {
    std::string key;
    std::string name; // as the strategy reported it
    std::vector<std::pair<std::string, std::string>> attributes;

    bool operator==(const RememberedPeer &) const = default;
};

struct RememberedSource {
    std::string name;
    std::string strategy;
    std::string config;    // checksum of its options; a source with other options is another source
    std::int64_t seen = 0; // when it last had a complete set of peers: milliseconds since 1970
    std::vector<RememberedPeer> peers;

    bool operator==(const RememberedSource &) const = default;
};

struct RememberedTopology {
    std::string name;
    std::vector<RememberedSource> sources;

    bool operator==(const RememberedTopology &) const = default;
};

class RememberedPeersWriter {
  public:
    explicit RememberedPeersWriter(std::string_view topology);
    void source(std::string_view name, std::string_view strategy, std::string_view config, std::int64_t seen);
    /// A peer of the source that was added last.
    void peer(const PeerView &peer);
    /// The number of peers that did not fit.
    std::size_t left_out() const { return left_out_; }
    std::size_t peers() const { return peers_; }
    /// The complete text. The writer cannot be used afterwards.
    std::string finish();

  private:
    std::string text_;
    std::string line_;
    std::size_t peers_ = 0;
    std::size_t left_out_ = 0;
};

/// An error in the text, with the number of the line.
struct TextError {
    std::string text;
};

/// Checks the format only. The keys of peers are not checked: they may be empty, too long or duplicate.
boost::system::result<RememberedTopology, TextError> read_remembered_peers(std::string_view text);

/// A 64-bit checksum (FNV-1a) as 16 hexadecimal digits. It detects accidental damage, not manipulation.
std::string sum_of(std::string_view text);

} // namespace kith::core
