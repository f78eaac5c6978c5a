// SPDX-License-Identifier: MIT
//
// The links of the driven node that are up, those of peers apart from those of programs that connect for a moment (tool_names.hpp) and of
// nodes that option `ignore` names.
#pragma once

#include "short_link_detector.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace kith::erlang {

enum class LinkType : std::uint8_t { unknown, visible, hidden };

class NodeLinkTable {
  public:
    using Time = ShortLinkDetector::Time;
    using Links = std::unordered_map<std::string, LinkType>;

    /// ignored: patterns of names (node_name_pattern.hpp). custom_list: the names come from a function that the options name, so that a name
    /// which only resembles that of a tool is a peer's.
    NodeLinkTable(std::vector<std::string> ignored, bool custom_list)
        : ignored_(std::move(ignored)), custom_list_(custom_list) {}

    const Links &peers() const noexcept { return peers_; }
    bool has_peer(const std::string &name) const { return peers_.contains(name); }

    /// A node with this name is to be joined: it is a peer even if a tool could have the name.
    void expect(const std::string &name);

    /// The complete set, with the types of the links.
    void replace(const std::vector<std::string> &visible, const std::vector<std::string> &hidden);
    /// The complete set. A link that is in the table keeps its type.
    void replace(const std::vector<std::string> &names);

    /// True: a link to a peer that was not in the table.
    bool add(const std::string &name, LinkType type, Time now);
    /// The link to a node that was joined: true, with its type, if it was in the table as that of no peer, and is a peer's now.
    std::optional<LinkType> become_peer(const std::string &name, Time now);
    /// The reason to report, if it was a link to a peer; arguments as of ShortLinkDetector::down.
    std::optional<std::string> remove(const std::string &name, Time now, std::string_view why, std::string_view node,
                                      std::chrono::seconds tick_time);

    /// The session has ended: what becomes of the links is not seen.
    void clear();

  private:
    bool is_peer(const std::string &name, LinkType type) const;
    void put(const std::string &name, LinkType type);

    std::vector<std::string> ignored_;
    bool custom_list_;
    Links peers_;
    Links others_;
    std::unordered_set<std::string> expected_; // only names that a tool could have
    ShortLinkDetector history_;
};

} // namespace kith::erlang
