// SPDX-License-Identifier: MIT
//
// POST /v1/reload: the plan of a new configuration, then the verdict, which comes when all that is started anew has started.
#pragma once

#include "handler_interface.hpp"

#include <core/reload/effect_on_peers.hpp>
#include <core/reload/plan.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::app {

struct ReloadRequest {
    bool dry_run = false;
    bool confirm = false; ///< also when more peers than policy.max_removal are affected
};

/// How a reload ended.
struct ReloadVerdict {
    std::string_view word; ///< applied, unchanged, planned (a dry run), failed (the former configuration is in force)
    std::string reason;    ///< of a failure
    std::uint64_t milliseconds = 0;
};

/// What is known of a reload at once.
struct ReloadStart {
    /// Set: it is refused, and nothing changes: config_refused, not_reloadable, needs_confirm, cannot_listen, busy.
    std::string_view error;
    std::string message;
    std::string_view remedy;
    core::ReloadPlan plan;
    std::vector<core::ReloadEffect> effects; ///< of the topologies that have some
};

/// Calls the verdict from the loop, also before it returns, once, unless there is an error.
using ReloadFunction = std::function<ReloadStart(const ReloadRequest &, std::function<void(const ReloadVerdict &)> verdict)>;

/// `{"plan": ...`, without the verdict and the closing bracket.
std::string plan_document(const ReloadStart &start);

ApiAnswer reload_answer(const ReloadFunction &reload, const ReloadRequest &request);

} // namespace kith::app
