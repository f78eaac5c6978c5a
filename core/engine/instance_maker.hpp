// SPDX-License-Identifier: MIT
//
// Makes instances of plugins somewhere else than in this process. Core calls what it gets as any other instance.
#pragma once

#include <core/abort_on_failed_result.hpp>
#include <kith/plugin.h>

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>

namespace kith::core {

class PluginInstance;

/// A failing status and the text that goes with it (E1).
struct Failure {
    std::int32_t status = KITH_INTERNAL;
    std::string text;
    bool final = false;   ///< refused: a retry would give the same result
    bool crashed = false; ///< the process of the instance ended
};

/// How an instance is isolated.
struct Isolation {
    std::string group;   ///< instances of one file and one group share a process; empty: a process of its own
    bool sandbox = true; ///< false: its process has the rights of kith

    bool operator==(const Isolation &) const = default;
};

class InstanceMaker {
  public:
    using Result = boost::system::result<const kith_instance *, Failure>;

    /// In place of kith_entry::create. host: of the instance, and outlives what is made; it is used after destroy for nothing. The maker
    /// reports what happens later by PluginInstance::report.
    virtual Result create(PluginInstance &instance, const kith_host &host, const Isolation &isolation) = 0;

  protected:
    ~InstanceMaker() = default;
};

} // namespace kith::core
