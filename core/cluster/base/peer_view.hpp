// SPDX-License-Identifier: MIT
//
// Peers and links as they pass between engine and cluster: the views that every hoster of plugins uses.
#pragma once

#include <kith/hosting/peer_view.hpp>

namespace kith::core {

using kith::AttributeView;
using kith::LinkView;
using kith::PeerView;

} // namespace kith::core
