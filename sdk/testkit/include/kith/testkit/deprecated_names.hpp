// SPDX-License-Identifier: MIT
//
// The former names of classes of the testkit. They are removed in the next release; sdk/README.md has the list.
#pragma once

#include <kith/testkit/standard_library_check.hpp>

namespace kith::testkit {

class NetworkInterface;
class NetworkSegment;
class PluginHarness;
class ScriptedServer;
class SimulatedMachine;

using Interface = NetworkInterface;
using Machine = SimulatedMachine;
using Peer = ScriptedServer;
using Rig = PluginHarness;
using Segment = NetworkSegment;

} // namespace kith::testkit
