// SPDX-License-Identifier: MIT
//
// One attempt to attach to the local node: it is found, its cookie is read, and kith connects to it as a hidden node.
#pragma once

#include "instance_context.hpp"
#include "node_session.hpp"
#include "reattach_delay.hpp"

#include <memory>

namespace kith::erlang {

struct AttachResult {
    std::shared_ptr<Session> session; // null: it failed
    error why;
    AttachOutcome outcome = AttachOutcome::failed;
};

/// context: outlives the task.
task<AttachResult> attach_to_node(InstanceContext &context);

} // namespace kith::erlang
