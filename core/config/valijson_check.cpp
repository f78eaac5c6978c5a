// SPDX-License-Identifier: MIT
#include <core/config/json_schema_validator.hpp>

#define VALIJSON_USE_EXCEPTIONS 1 // otherwise valijson aborts on a schema that it cannot read

#include <boost/json.hpp>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include <charconv>

namespace kith::core {
namespace {

// A step of valijson's context is "<root>", "[key]" or "[0]".
KeyPath step(const KeyPath &path, std::string_view text) {
    if (text.size() < 2 || text.front() != '[' || text.back() != ']') return path;
    text = text.substr(1, text.size() - 2);
    std::size_t index = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), index);
    if (code == std::errc() && end == text.data() + text.size()) return path / index;
    return path / text;
}

} // namespace

std::vector<Complaint> valijson_complaints(const boost::json::value &schema, const boost::json::value &value,
                                           const KeyPath &path) {
    valijson::Schema parsed;
    valijson::SchemaParser(valijson::SchemaParser::kDraft7)
        .populateSchema(valijson::adapters::BoostJsonAdapter(schema), parsed);
    valijson::Validator validator(valijson::Validator::kStrongTypes);
    valijson::ValidationResults results;
    std::vector<Complaint> complaints;
    if (validator.validate(parsed, valijson::adapters::BoostJsonAdapter(value), &results)) return complaints;
    for (const auto &result : results) {
        KeyPath where = path;
        for (const auto &part : result.context) where = step(where, part);
        complaints.push_back({where, result.description});
    }
    if (complaints.empty()) complaints.push_back({path, "does not fit the schema"});
    return complaints;
}

} // namespace kith::core
