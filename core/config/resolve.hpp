// SPDX-License-Identifier: MIT
//
// The second half of loading: plugins found and their options checked, names resolved, instances shared.
#pragma once

#include <core/config/catalogue.hpp>
#include <core/config/findings.hpp>
#include <core/config/model.hpp>

#include <boost/json/value.hpp>

namespace kith::core {

// root fits schema.json, with its defaults; it may have errors already: what has the wrong type is left out, its error has been told.
void resolve(const boost::json::value &root, const Place &place, const Catalogue &, Config &config, Findings &);

} // namespace kith::core
