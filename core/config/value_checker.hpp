// SPDX-License-Identifier: MIT
//
// Checks a value by a schema, by walking both together, and words the errors.
#pragma once

#include <core/config/diagnostic_collector.hpp>
#include <core/config/key_path.hpp>
#include <core/config/pattern_cache.hpp>
#include <core/config/source_map.hpp>
#include <core/config/value_keyword_check.hpp>

#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kith::core {

class ValueChecker {
  public:
    // For one check. root: the document that $ref refers to. collector: null when only good() is of interest, as for the
    // branches of anyOf. Both outlive the object.
    ValueChecker(const boost::json::value &root, DiagnosticCollector *collector) : root_(root), collector_(collector) {}

    // source_map: null for a value that is not in the file's text; its errors are then reported at offset `at`. secret: error
    // texts must not contain the value. depth: the depth of `schema` below the root.
    void run(const boost::json::value &schema, const boost::json::value &value, const SourceMap *source_map, std::uint32_t at,
             const KeyPath &path, bool secret, int depth);

    bool good() const { return errors_ == 0; }
    std::size_t errors() const { return errors_; }

  private:
    // The value that is being checked, with its schema after $ref was followed.
    struct Here {
        const boost::json::value &schema;
        const boost::json::value &value;
        const SourceMap *source_map;
        std::uint32_t at;
        const KeyPath &path;
        bool secret;
        int depth;
    };

    // -- lists and objects --
    void array(const Here &here);
    void unique(const Here &here);
    void object(const Here &here);
    void member_of(const Here &here, std::string_view key, const boost::json::value &value);
    bool matching_members(const Here &here, std::string_view key, const boost::json::value &value, const SourceMap *source_map,
                          const KeyPath &path);
    void unknown(const Here &here, std::string_view key, std::uint32_t at, const KeyPath &path);
    void counts(const Here &here);
    void required(const Here &here);
    void dependencies(const Here &here);
    void missing(const Here &here, std::string_view key, const std::string &why = {});

    // -- several schemas for one value --
    void logic(const Here &here);
    void choice(const Here &here, const boost::json::array &branches, bool exactly_one);
    bool fits(const boost::json::value &schema, const boost::json::value &value, int depth) const;
    // Checks the same value by another schema.
    void again(const boost::json::value &schema, const Here &here);

    // -- reporting --
    void error(std::uint32_t at, const KeyPath &path, std::string message);
    void error(const Here &here, std::string message) { error(here.at, here.path, std::move(message)); }
    void error(const Here &here, const ValueFault &fault);
    void unfit(const Here &here, const std::string &more = {});
    std::string got(const Here &here) const;

    const boost::json::value &root_;
    DiagnosticCollector *collector_;
    std::size_t errors_ = 0;
    PatternCache patterns_;
};

// Whether the value is valid by the schema, which is a part of root. Reports every error. source_map: null for a value that is
// not in the text; its errors are then reported at offset `at`.
bool check_schema(const boost::json::value &schema, const boost::json::value &root, const boost::json::value &value,
                  const SourceMap *source_map, std::uint32_t at, const KeyPath &path, DiagnosticCollector &collector);

// The same without reports.
bool fits_schema(const boost::json::value &schema, const boost::json::value &root, const boost::json::value &value);

} // namespace kith::core
