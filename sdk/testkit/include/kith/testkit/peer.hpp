// SPDX-License-Identifier: MIT
//
// The former name of kith/testkit/scripted_server.hpp. It is removed in the next release.
#pragma once

#include <kith/testkit/scripted_server.hpp>
