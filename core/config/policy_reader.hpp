// SPDX-License-Identifier: MIT
//
// Reads a topology's `policy` from JSON.
#pragma once

#include <core/config/policy.hpp>

#include <boost/json/value.hpp>

namespace kith::core {

// value: checked by schema.json; members of the wrong type are ignored. Null gives the defaults.
Policy read_policy(const boost::json::value *value);

} // namespace kith::core
