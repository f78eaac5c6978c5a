// SPDX-License-Identifier: MIT
//
// The former name of kith/testkit/recorded_calls.hpp. It is removed in the next release.
#pragma once

#include <kith/testkit/recorded_calls.hpp>
