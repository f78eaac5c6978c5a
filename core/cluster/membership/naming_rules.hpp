// SPDX-License-Identifier: MIT
//
// Determines the name of a peer by the template of policy.name, and whether the policy accepts a name: self, include, exclude.
#pragma once

#include <core/cluster/membership/member_state.hpp>
#include <core/cluster/membership/name_template.hpp>
#include <core/config/policy.hpp>
#include <kith/hosting/peer_and_link_views.hpp>

#include <string>
#include <string_view>

namespace kith::core {

class NamingRules {
  public:
    // The policy outlives the object and may change. When policy.name changes, call `template_changed`.
    explicit NamingRules(const Policy &policy) : policy_(policy), template_(policy.name) {}
    void template_changed() { template_ = NameTemplate{policy_.name}; }

    // The local node's name; empty: unknown.
    std::string_view self() const { return self_; }
    void set_self(std::string_view name) { self_ = name; }

    Verdict judge(std::string_view name) const;
    // Stores the peer's name in `name`. Returns "", or the reason why the peer has no name.
    std::string name_of(const PeerView &peer, std::string &name) const { return template_.name(peer, name); }

  private:
    const Policy &policy_;
    NameTemplate template_;
    std::string self_;
};

} // namespace kith::core
