// SPDX-License-Identifier: MIT
//
// What stands in the file by which a topology's peers outlive kith. Each line is a JSON object; the last one counts the peers and
// sums up all bytes before it, so that a file that was cut short or changed is known as damaged:
//
//   {"kith":"peers","v":1,"topology":"t"}
//   {"source":"s","strategy":"dns_poll","config":"0123456789abcdef","seen":1763881200000}
//   {"key":"10.0.0.7","name":"app@10.0.0.7","attributes":{"ip":"10.0.0.7"}}
//   {"peers":1,"sum":"0123456789abcdef"}
#pragma once

#include <core/failed_result.hpp>
#include <kith/hosting/peer_view.hpp>

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kith::core {

inline constexpr std::size_t remembered_peers_size_limit =
    16u << 20; // bytes of a file; what does not fit is not written, and nothing larger is read

struct RememberedPeer {
    std::string key;
    std::string name; // as the strategy gave it
    std::vector<std::pair<std::string, std::string>> attributes;

    bool operator==(const RememberedPeer &) const = default;
};

struct RememberedSource {
    std::string name;
    std::string strategy;
    std::string config;    // sum of its options: of other options it is another source
    std::int64_t seen = 0; // when it last knew what there is: milliseconds since 1970
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
    /// Of the source that was named last.
    void peer(const PeerView &peer);
    /// Peers for which there was no room.
    std::size_t left_out() const { return left_out_; }
    std::size_t peers() const { return peers_; }
    /// The whole text; the writer is used up.
    std::string finish();

  private:
    std::string text_;
    std::string line_;
    std::size_t peers_ = 0;
    std::size_t left_out_ = 0;
};

/// What is wrong with a text, with the number of the line.
struct TextError {
    std::string text;
};

/// The text is well-formed then, but its peers are not checked: they may have keys
/// that are empty, too long or there twice.
boost::system::result<RememberedTopology, TextError> read_remembered_peers(std::string_view text);

/// 64 bits over a text, as 16 hexadecimal digits (FNV-1a): against accidents, not against an enemy.
std::string sum_of(std::string_view text);

} // namespace kith::core
