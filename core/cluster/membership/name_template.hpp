// SPDX-License-Identifier: MIT
//
// policy.name: a template such as "app@{ip}" that makes a peer's name from its attributes. {key} and {name} are the key and the
// name that the strategy gave, any other {word} is the attribute of that name; {{ and }} are braces.
#pragma once

#include <kith/hosting/peer_view.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

class NameTemplate {
  public:
    static constexpr std::size_t max_name = 1024; // bytes, as kith_peer.name

    // "" for a valid template (the empty one is: the strategy's name is taken as it is), else what is wrong, where, and what
    // is expected. For the configuration to call.
    static std::string error(std::string_view text);

    // text: valid.
    explicit NameTemplate(std::string_view text = {});

    // The name goes into `out`. Returns "" or the reason why the peer has none; it does not vary from peer to peer.
    std::string name(const PeerView &peer, std::string &out) const;

    // The strategy's name is taken as it is.
    bool plain() const { return pieces_.empty(); }

  private:
    struct Piece {
        std::string text; // literal, or the name of what is put in
        bool literal;
    };
    static std::string parse(std::string_view text, std::vector<Piece> &pieces);

    std::vector<Piece> pieces_;
};

} // namespace kith::core
