// SPDX-License-Identifier: MIT
//
// A JSON value against a JSON Schema (draft 7): our own sentences, with valijson as the second opinion.
//
// Own keywords: `writeOnly` (a secret: never shown), `x-kith-unit`, `x-kith-no-effect`, `x-kith-expected` (the words for what is
// expected, where the schema's own constraints read badly), and `x-kith-node-name` (a node's name, by the rule of kith/node_name.hpp).
#pragma once

#include <core/config/diagnostic_collector.hpp>
#include <core/config/key_path.hpp>
#include <core/config/source_map.hpp>

#include <boost/json/value.hpp>

#include <memory>
#include <optional>
#include <string>

namespace kith::core {

class JsonSchema {
  public:
    // text: the schema; empty stands for one that allows no options. On failure error says why.
    static std::optional<JsonSchema> parse(std::string_view text, std::string &error);

    ~JsonSchema();
    JsonSchema(JsonSchema &&) noexcept;
    JsonSchema &operator=(JsonSchema &&) noexcept;

    // All in turn: convert, check, fill. True when the value fits; else at least one error was added. source_map: null for a value
    // that is not in the file's text; errors about it are then reported at offset `at`.
    bool apply(boost::json::value &value, const SourceMap *source_map, std::uint32_t at, const KeyPath &path,
               DiagnosticCollector &collector) const;

    // A string that came whole out of ${...} becomes the integer, number or boolean that is expected; 60.0 and 6e1 become 60.
    void convert(boost::json::value &value, const SourceMap *source_map) const;

    // Sets what has a default and is absent, at any depth below objects that are there.
    void fill(boost::json::value &value) const;

    // Warns of each option that is there and has no effect.
    void warn_no_effect(const boost::json::value &value, const SourceMap *source_map, const KeyPath &path,
                        DiagnosticCollector &collector) const;

    // Secrets replaced by "***".
    void mask(boost::json::value &value) const;

    // Whether the value fits, nothing told.
    bool matches(const boost::json::value &value) const;

    const boost::json::value &json() const;

    // The subschema under a top-level keyword, such as x-kith-authenticated; none when it is not there.
    std::optional<JsonSchema> keyword(std::string_view name) const;

    // The schema of an option by its name; null when there is none.
    const boost::json::value *property(std::string_view name) const;

    struct State;

  private:
    explicit JsonSchema(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// What a schema asks for, in words: "an integer >= 0 in milliseconds".
std::string expectation(const boost::json::value &schema, const boost::json::value &root);

// valijson's opinion: empty when the value fits, else a path and a sentence for each complaint. Throws std::exception for a schema
// that it cannot read.
struct Complaint {
    KeyPath path;
    std::string text;
};
std::vector<Complaint> valijson_complaints(const boost::json::value &schema, const boost::json::value &value,
                                           const KeyPath &path);

} // namespace kith::core
