// SPDX-License-Identifier: MIT
//
// Collects errors and warnings by their offset while a configuration is checked, and converts the offsets to lines and columns
// at the end.
#pragma once

#include <core/config/diagnostics.hpp>
#include <core/config/key_path.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

class DiagnosticCollector {
  public:
    static constexpr std::size_t limit = 1000; // errors, and as many warnings; more are only counted

    void error(std::uint32_t at, const KeyPath &key, std::string message);
    void warning(std::uint32_t at, const KeyPath &key, std::string message);
    bool failed() const { return error_count_ > 0; }
    std::size_t error_count() const { return error_count_; }

    // Appends them to `diagnostics` in the order of the text, without duplicates.
    void report(std::string_view file, std::string_view text, Diagnostics &diagnostics) const;

  private:
    struct Entry {
        std::uint32_t at;
        std::string key;
        std::string message;
    };
    static void report(std::vector<Entry> collector, std::size_t count, std::string_view file, std::string_view text,
                       std::vector<Diagnostic> &out);

    std::vector<Entry> errors_;
    std::vector<Entry> warnings_;
    std::size_t error_count_ = 0;
    std::size_t warning_count_ = 0;
};

} // namespace kith::core
