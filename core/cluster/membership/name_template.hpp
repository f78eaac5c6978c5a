// SPDX-License-Identifier: MIT
//
// policy.name: a template such as "app@{ip}" that makes a peer's name from its attributes. {key} and {name} are the key and the
// name that the strategy reported, any other {word} is the attribute of that name, and {{ and }} are literal braces.
#pragma once

#include <kith/hosting/peer_and_link_views.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

class NameTemplate {
  public:
    static constexpr std::size_t max_name = 1024; // bytes, as kith_peer.name

    // "" for a valid template (an empty one is valid: the strategy's name is used), else an error message with the position and
    // what was expected. Called by core/config.
    static std::string error(std::string_view text);

    // text: valid.
    explicit NameTemplate(std::string_view text = {});

    // Stores the name in `out`. Returns "", or the reason why the peer has no name; the reason does not contain values of the
    // peer.
    std::string name(const PeerView &peer, std::string &out) const;

    // The template is empty: the strategy's name is used.
    bool plain() const { return pieces_.empty(); }

  private:
    struct Piece {
        std::string text; // literal text, or the name of the attribute
        bool literal;
    };
    static std::string parse(std::string_view text, std::vector<Piece> &pieces);

    std::vector<Piece> pieces_;
};

} // namespace kith::core
