// SPDX-License-Identifier: MIT
#include "metrics_text.hpp"

#include <kith/number_text.hpp>

#include <cmath>

namespace kith::app {

namespace {

void append_escaped(std::string &out, std::string_view text, bool quote) {
    for (const char c : text) {
        if (c == '\\') {
            out += "\\\\";
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '"' && quote) {
            out += "\\\"";
        } else {
            out += c;
        }
    }
}

void append_label_name(std::string &out, std::string_view name) {
    if (name.empty() || (name[0] >= '0' && name[0] <= '9')) out += '_';
    for (const char c : name) {
        const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        out += word ? c : '_';
    }
}

} // namespace

std::string metric_number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    return number_text(value);
}

void MetricsText::family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    std::string_view shown = name;
    constexpr std::string_view total = "_total";
    if (open_metrics_ && type == "counter" && shown.ends_with(total)) shown.remove_suffix(total.size());
    ((out_ += "# HELP ").append(shown)) += ' ';
    append_escaped(out_, help, open_metrics_);
    ((out_ += "\n# TYPE ").append(shown) += ' ').append(type) += '\n';
}

void MetricsText::line(std::string_view suffix, const Labels &labels, std::string_view bound, double value) {
    out_.append(name_).append(suffix);
    if (!labels.empty() || !bound.empty()) {
        out_ += '{';
        bool first = true;
        const auto add = [&](std::string_view name, std::string_view content) {
            if (!first) out_ += ',';
            first = false;
            append_label_name(out_, name);
            out_ += "=\"";
            append_escaped(out_, content, true);
            out_ += '"';
        };
        for (const auto &[name, content] : labels) add(name, content);
        if (!bound.empty()) add("le", bound);
        out_ += '}';
    }
    (out_ += ' ').append(metric_number(value)) += '\n';
}

void MetricsText::sample(const Labels &labels, double value) { line({}, labels, {}, value); }

void MetricsText::histogram(const Labels &labels, std::span<const double> bounds, std::span<const std::uint64_t> counts,
                            double sum) {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        count += counts[i];
        const bool last = i >= bounds.size();
        line("_bucket", labels, last ? "+Inf" : metric_number(bounds[i]), static_cast<double>(count));
    }
    line("_sum", labels, {}, sum);
    line("_count", labels, {}, static_cast<double>(count));
}

std::string MetricsText::finish() {
    if (open_metrics_) out_ += "# EOF\n";
    return std::move(out_);
}

} // namespace kith::app
