// SPDX-License-Identifier: MIT
//
// The connections of a member: each has a stream, a task that reads it and a task that writes what the protocol has for it.
#pragma once

#include "member.hpp"

#include <kith/signal.hpp>
#include <kith/tcp.hpp>

#include <map>
#include <memory>

namespace kith::mesh {

struct LinkStream {
    LinkStream(host h, stream opened) : to(std::move(opened)), wake(h) {}

    stream to;
    signal wake;          // there is something to write, or it is to be closed
    bool closing = false; // when all is written
    bool writing = false;
};

using LinkStreams = std::map<LinkId, std::shared_ptr<LinkStream>>;

} // namespace kith::mesh
