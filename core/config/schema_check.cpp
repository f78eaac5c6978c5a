// SPDX-License-Identifier: MIT
#include <core/config/schema_check.hpp>
#include <core/config/schema_checker.hpp>

namespace kith::core {

bool check_schema(const boost::json::value &schema, const boost::json::value &root, const boost::json::value &value,
                  const Place *place, std::uint32_t at, const KeyPath &path, Findings &findings) {
    SchemaChecker checker(root, &findings);
    checker.run(schema, value, place, at, path, false, 0);
    return checker.good();
}

bool fits_schema(const boost::json::value &schema, const boost::json::value &root, const boost::json::value &value) {
    SchemaChecker quiet(root, nullptr);
    quiet.run(schema, value, nullptr, 0, {}, false, 0);
    return quiet.good();
}

} // namespace kith::core
