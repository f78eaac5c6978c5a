// SPDX-License-Identifier: MIT
#pragma once

#include <core/config/findings.hpp>
#include <core/config/place.hpp>

#include <boost/json/value.hpp>

namespace kith::core {

// Whether the value fits the schema, which is a part of root; every complaint is told. place is null for what does not stand in the
// text; then at is where it is told.
bool check_schema(const boost::json::value &schema, const boost::json::value &root, const boost::json::value &value,
                  const Place *place, std::uint32_t at, const KeyPath &path, Findings &findings);

// Only whether it fits.
bool fits_schema(const boost::json::value &schema, const boost::json::value &root, const boost::json::value &value);

} // namespace kith::core
