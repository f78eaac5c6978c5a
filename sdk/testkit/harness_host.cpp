// SPDX-License-Identifier: MIT
#include "harness_host.hpp"

#include "plugin_harness_body.hpp"

namespace kith::testkit {

SimNet *net_of(const kith_host &host) noexcept {
    return host.engine == nullptr ? nullptr : &PluginHarness::Body::of(&host).net;
}

void limit_rights(const kith_host &host, TenantRights *rights) noexcept {
    if (host.engine != nullptr) PluginHarness::Body::of(&host).limited_rights = rights;
}

} // namespace kith::testkit
