// SPDX-License-Identifier: MIT
//
// A value of a JSON file that is valid by its schema, with its position in the file, so that errors found later name line and column.
#pragma once

#include <core/config/diagnostic_collector.hpp>
#include <core/config/key_path.hpp>
#include <core/config/source_map.hpp>
#include <tests/sim/duration.hpp>

#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace kith::sim {

class JsonCursor {
  public:
    JsonCursor(const boost::json::value &value, const core::SourceMap *source_map, core::KeyPath path,
               core::DiagnosticCollector &collector)
        : value_(&value), source_map_(source_map), path_(std::move(path)), collector_(&collector) {}

    const boost::json::value &value() const { return *value_; }
    std::uint32_t at() const { return source_map_ ? source_map_->value_at : 0; }
    core::DiagnosticCollector &collector() const { return *collector_; }
    void error(std::string message) const { collector_->error(at(), path_, std::move(message)); }

    bool has(std::string_view key) const {
        const auto *object = value_->if_object();
        return object != nullptr && object->contains(key);
    }
    /// The member exists: the schema requires it, or has() returned true.
    JsonCursor operator[](std::string_view key) const {
        return {value_->as_object().at(key), source_map_ ? source_map_->member(key) : nullptr, path_ / key, *collector_};
    }
    JsonCursor operator[](std::size_t i) const {
        return {value_->as_array()[i], source_map_ ? source_map_->element(i) : nullptr, path_ / i, *collector_};
    }
    std::size_t size() const { return value_->is_array() ? value_->get_array().size() : 0; }

    std::string text() const { return std::string(std::string_view(value_->as_string())); }
    std::string text(std::string_view key) const { return has(key) ? (*this)[key].text() : std::string(); }
    bool flag() const { return value_->as_bool(); }
    std::uint64_t number() const { return value_->to_number<std::uint64_t>(); }
    double share() const { return value_->to_number<double>(); }
    Duration span() const {
        const auto span = parse_duration(std::string_view(value_->as_string()));
        if (!span) error("this time is too long; the maximum is 10,000 days");
        return span.value_or(Duration{});
    }
    Duration span(std::string_view key) const { return has(key) ? (*this)[key].span() : Duration{}; }

    template <class F>
    void each_member(F &&function) const {
        for (const auto &member : value_->as_object()) function(std::string(member.key()), (*this)[member.key()]);
    }

  private:
    const boost::json::value *value_;
    const core::SourceMap *source_map_;
    core::KeyPath path_;
    core::DiagnosticCollector *collector_;
};

} // namespace kith::sim
