// SPDX-License-Identifier: MIT
//
// ${NAME}, ${NAME:-default}, ${file:/path} and $${ in the strings of a configuration.
#pragma once

#include <core/config/findings.hpp>
#include <core/config/load.hpp>

#include <boost/json/value.hpp>

namespace kith::core {

// Replaces in every string value below, and marks in place what was replaced. What comes out is not looked at again.
void interpolate(boost::json::value &value, Place &place, const Surroundings &, Findings &);

} // namespace kith::core
