// SPDX-License-Identifier: MIT
//
// What an isolated plugin may use of the machine: what every such plugin may, and the grants of its file. Without a grant it may
// - open files whose path is the value of an option that the operator has written;
// - connect and send to every address except those of address_class.hpp and the daemon's own listeners, and listen and bind at addresses of
//   the machine except those;
// - run no program, and read no environment variable.
//
// A Unix socket is no address, so none can be reached.
#pragma once

#include <core/config/config.hpp>
#include <core/config/plugin_grant.hpp>
#include <kith/hosting/tenant_rights.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

/// What is the same for all plugins of a daemon.
struct PluginRightsPolicy {
    explicit PluginRightsPolicy(const Config &config) { update(config); }
    PluginRightsPolicy(std::vector<FileGrants> grants_, std::vector<kith_address> listeners_)
        : grants(std::move(grants_)), listeners(std::move(listeners_)) {}

    /// After a reload: applies to all later uses, also of running plugins.
    void update(const Config &config);

    std::vector<FileGrants> grants;
    /// Of the daemon. An unspecified address is each of the machine's, so its port is refused at every address.
    std::vector<kith_address> listeners;
    std::uint64_t revision = 0;
};

class PluginRights final : public TenantRights {
  public:
    /// Called once for each kind of right, with the text of the first refusal, within the call of the plugin.
    using FirstRefusal = std::function<void(const std::string &text)>;

    /// policy: outlives the object. file: the name of the plugin's file. options: JSON text as the plugin gets it. schema: of the options,
    /// whose defaults are not the operator's words.
    PluginRights(const PluginRightsPolicy &policy, std::string_view file, std::string_view options, std::string_view schema,
                 FirstRefusal first_refusal);

    std::string why_not_reach(Transport transport, const kith_address &to) override;
    std::string why_not_bind(Transport transport, const kith_address &local) override;
    std::string why_not_open(std::string_view path) override;
    std::string why_not_run(std::string_view path) override;
    std::string why_not_read(std::string_view variable) override;

  private:
    enum class Right : std::uint8_t { reach, bind, open, run, read };

    template <class Covers>
    bool is_granted(Covers &&covers);
    void read_grants();
    bool is_own_listener(const kith_address &plain) const;
    std::string refuse(Right right, std::string text, const std::string &grant);
    std::string judge_address(Right right, Transport transport, const kith_address &address, bool unspecified_too);

    const PluginRightsPolicy &policy_;
    std::string file_;
    std::vector<PluginGrant> grants_;
    std::uint64_t revision_;         // of the policy that they are from
    std::vector<std::string> paths_; // values of options
    FirstRefusal first_refusal_;
    unsigned refused_ = 0; // a bit for each Right
};

/// The grants of a plugin's file. file: its name, without directory.
std::vector<std::string> grants_of_file(const std::vector<FileGrants> &all, std::string_view file);

/// The absolute paths among the values of the options, except those that the schema contains.
std::vector<std::string> configured_paths(std::string_view options, std::string_view schema);

} // namespace kith::core
