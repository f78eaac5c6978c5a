// SPDX-License-Identifier: MIT
//
// What the tests of the plugin on simulated machines have in common.
#pragma once

#include <kith/testkit/plugin_harness.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

extern "C" const kith_entry kith_plugin_entry_connector_mesh;

using namespace std::chrono_literals;
using kith::testkit::PluginHarness;
using kith::testkit::RecordedPeer;
using kith::testkit::Report;
using kith::testkit::SimNet;

inline RecordedPeer peer(const std::string &named) { return {.key = named, .name = named, .attributes = {}, .ttl = {}}; }

inline bool contains(const std::string &text, std::string_view part) { return text.find(part) != std::string::npos; }
