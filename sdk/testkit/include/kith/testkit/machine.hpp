// SPDX-License-Identifier: MIT
//
// The former name of kith/testkit/simulated_machine.hpp. It is removed in the next release.
#pragma once

#include <kith/testkit/simulated_machine.hpp>
