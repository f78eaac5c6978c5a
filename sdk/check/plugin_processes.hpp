// SPDX-License-Identifier: MIT
//
// Instances of the library under test in processes of their own (--isolated). The SDK does not know the daemon's helper, so the host
// implements this.
#pragma once

#include <kith/plugin.h>

#include <string>
#include <vector>

namespace kith::check {

class PluginProcesses {
  public:
    virtual ~PluginProcesses() = default;

    /// Its `create` begins a process for each instance, in the sandbox and with the rights of the daemon's. Throws RuleViolation with the
    /// reason for which the daemon refuses the library.
    virtual const kith_entry &entry() = 0;
    /// As `loaded`, which is the same library in this process, with the same rights.
    virtual const kith_entry &entry_here(const kith_entry &loaded) = 0;

    /// Why a process has ended unasked, as the daemon reports it, since the last call; empty: none has.
    virtual std::string take_fault() = 0;
    /// What was refused since the last call, one sentence each.
    virtual std::vector<std::string> take_refused() = 0;
};

/// The arguments of --isolated.
struct IsolationRequest {
    std::string file;                ///< path of the library
    std::vector<std::string> grants; ///< as in plugins.grants of the configuration
};

} // namespace kith::check
