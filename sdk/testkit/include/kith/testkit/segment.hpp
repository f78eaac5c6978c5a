// SPDX-License-Identifier: MIT
//
// The former name of kith/testkit/network_segment.hpp. It is removed in the next release.
#pragma once

#include <kith/testkit/network_segment.hpp>
