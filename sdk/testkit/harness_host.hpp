// SPDX-License-Identifier: MIT
//
// What stands between a PluginHarness and its plugin can do with the harness's host. Not installed.
#pragma once

#include <kith/hosting/tenant_rights.hpp>
#include <kith/testkit/sim_net.hpp>

namespace kith::testkit {

/// The network in whose time the instance lives. host: that a PluginHarness has given to `create`, or a copy; null: it is another one.
SimNet *net_of(const kith_host &host) noexcept;

/// From now on the instance may use only that, as an isolated one of the daemon; null: everything. rights outlives the instance.
void limit_rights(const kith_host &host, TenantRights *rights) noexcept;

} // namespace kith::testkit
