// SPDX-License-Identifier: MIT
//
// Checks a JSON value by a JSON Schema (draft 7). ValueChecker writes the messages; valijson checks the result a second time.
//
// The keywords of kith are listed in sdk/ABI.md.
#pragma once

#include <core/config/diagnostic_collector.hpp>
#include <core/config/file_fault.hpp>
#include <core/config/key_path.hpp>
#include <core/config/source_map.hpp>

#include <boost/json/value.hpp>

#include <memory>
#include <optional>
#include <string>

namespace kith::core {

class JsonSchemaValidator {
  public:
    // text: the schema; empty stands for a schema that allows no options. `error` receives the reason of a failure.
    static std::optional<JsonSchemaValidator> parse(std::string_view text, std::string &error);

    ~JsonSchemaValidator();
    JsonSchemaValidator(JsonSchemaValidator &&) noexcept;
    JsonSchemaValidator &operator=(JsonSchemaValidator &&) noexcept;

    // Converts, checks and fills the value. Returns true when it is valid; otherwise at least one error was added. source_map:
    // null for a value that is not in the file's text; its errors are then reported at offset `at`.
    bool apply(boost::json::value &value, const SourceMap *source_map, std::uint32_t at, const KeyPath &path,
               DiagnosticCollector &collector) const;

    // Converts a string that consists of a ${...} to the integer, number or boolean that is expected, and 60.0 and 6e1 to 60.
    void convert(boost::json::value &value, const SourceMap *source_map) const;

    // Sets absent members to their defaults, at any depth below objects that are present.
    void fill(boost::json::value &value) const;

    // Warns of each option that is set and has no effect, whose schema has a warning, or whose file has a fault. file_fault: see ConfigInputs.
    void warn(const boost::json::value &value, const SourceMap *source_map, const KeyPath &path, const FileFault &file_fault,
              DiagnosticCollector &collector) const;

    // Replaces secrets by "***".
    void mask(boost::json::value &value) const;

    // Whether the value is valid. Reports nothing.
    bool matches(const boost::json::value &value) const;

    const boost::json::value &json() const;

    // The subschema under a top-level keyword, such as x-kith-authenticated; none when it is not there.
    std::optional<JsonSchemaValidator> keyword(std::string_view name) const;

    // The schema of an option by its name; null when there is none.
    const boost::json::value *property(std::string_view name) const;

    struct State;

  private:
    explicit JsonSchemaValidator(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// Describes what a schema accepts, such as "an integer >= 0 in milliseconds".
std::string expectation(const boost::json::value &schema, const boost::json::value &root);

// The errors that valijson reports; empty when the value is valid. Throws std::exception for a schema that valijson cannot
// read.
struct Complaint {
    KeyPath path;
    std::string text;
};
std::vector<Complaint> valijson_complaints(const boost::json::value &schema, const boost::json::value &value,
                                           const KeyPath &path);

} // namespace kith::core
