// SPDX-License-Identifier: MIT
#include <core/config/diagnostic_collector.hpp>

#include <algorithm>
#include <utility>

namespace kith::core {

void DiagnosticCollector::error(std::uint32_t at, const KeyPath &key, std::string message) {
    if (error_count_++ < limit) errors_.push_back({at, key.text(), std::move(message)});
}

void DiagnosticCollector::warning(std::uint32_t at, const KeyPath &key, std::string message) {
    if (warning_count_++ < limit) warnings_.push_back({at, key.text(), std::move(message)});
}

void DiagnosticCollector::report(std::string_view file, std::string_view text, Diagnostics &diagnostics) const {
    report(errors_, error_count_, file, text, diagnostics.errors);
    report(warnings_, warning_count_, file, text, diagnostics.warnings);
}

void DiagnosticCollector::report(std::vector<Entry> collector, std::size_t count, std::string_view file, std::string_view text,
                                 std::vector<Diagnostic> &out) {
    std::stable_sort(collector.begin(), collector.end(), [](const Entry &a, const Entry &b) { return a.at < b.at; });
    std::uint32_t line = 1;
    std::size_t line_begin = 0;
    std::size_t at = 0;
    for (auto &finding : collector) {
        const auto target = std::min<std::size_t>(finding.at, text.size());
        for (; at < target; ++at) {
            if (text[at] == '\n') {
                ++line;
                line_begin = at + 1;
            }
        }
        const auto column = 1 + std::count_if(text.begin() + static_cast<std::ptrdiff_t>(line_begin),
                                              text.begin() + static_cast<std::ptrdiff_t>(target),
                                              [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
        Diagnostic diagnostic{std::string(file), line, static_cast<std::uint32_t>(column), std::move(finding.key),
                              std::move(finding.message)};
        if (out.empty() || out.back() != diagnostic) out.push_back(std::move(diagnostic));
    }
    if (count > limit) {
        out.push_back({std::string(file), 0, 0, "", std::to_string(count - limit) + " more of these are not shown"});
    }
}

} // namespace kith::core
