// SPDX-License-Identifier: MIT
//
// The installed plugins as the configuration names them, and their options, checked by their schemas.
#pragma once

#include <core/config/catalogue.hpp>
#include <core/config/findings.hpp>
#include <core/config/schema.hpp>
#include <core/config/spot.hpp>

#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kith::core {

class PluginOptions {
  public:
    // Both outlive it.
    PluginOptions(const Catalogue &catalogue, Findings &findings) : catalogue_(catalogue), findings_(findings) {}

    const Catalogue &catalogue() const { return catalogue_; }

    // The plugin by the id that stands at spot; null, with an error, when there is none.
    const PluginInfo *plugin(std::uint32_t kind, const std::string &id, const Spot &spot);

    // Of the installed plugins of a kind, sorted.
    std::vector<std::string> ids(std::uint32_t kind, bool aliases) const;

    // "; installed: a, b", to end a sentence.
    std::string choices(std::uint32_t kind) const;

    // Null, with an error the first time, when the plugin's schema is none.
    const Schema *schema(const PluginInfo &plugin, const Spot &spot);

    // Options checked and filled, as JSON; empty, with errors, when they are not good. authenticated: are the strategy's observations, with
    // these options?
    std::string options(const PluginInfo &plugin, boost::json::value value, const Spot &spot, bool *authenticated = nullptr);

  private:
    const Catalogue &catalogue_;
    Findings &findings_;
    std::map<const PluginInfo *, std::optional<Schema>> schemas_;
};

} // namespace kith::core
