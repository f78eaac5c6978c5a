// SPDX-License-Identifier: MIT
//
// The former name of kith/testkit/plugin_harness.hpp. It is removed in the next release.
#pragma once

#include <kith/testkit/plugin_harness.hpp>
