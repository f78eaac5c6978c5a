// SPDX-License-Identifier: MIT
#include <core/config/interpolate.hpp>

#include <kith/hosting/utf8.hpp>

#include <algorithm>

namespace kith::core {
namespace {

namespace json = boost::json;

constexpr std::size_t total_limit = 16u << 20; // bytes of all replacements together

bool is_name(std::string_view text) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    return !text.empty() && !(text[0] >= '0' && text[0] <= '9') && std::all_of(text.begin(), text.end(), fits);
}

class Interpolation {
  public:
    Interpolation(const ConfigInputs &world, DiagnosticCollector &collector) : world_(world), collector_(collector) {}

    void walk(json::value &value, SourceMap &source_map, const KeyPath &path) {
        if (auto *object = value.if_object()) {
            for (auto &member : *object) {
                const auto found = source_map.members.find(std::string_view(member.key().data(), member.key().size()));
                if (found != source_map.members.end()) walk(member.value(), found->second, path / found->first);
            }
        } else if (auto *array = value.if_array()) {
            for (std::size_t i = 0; i < array->size() && i < source_map.elements.size(); ++i) {
                walk((*array)[i], source_map.elements[i], path / i);
            }
        } else if (auto *string = value.if_string()) {
            if (std::string_view(string->data(), string->size()).find("${") == std::string_view::npos) return;
            const auto errors = collector_.error_count();
            auto out = expand({string->data(), string->size()}, source_map, path);
            source_map.broken = collector_.error_count() > errors;
            if (source_map.broken) out.clear();
            string->assign(out.data(), out.size());
        }
    }

  private:
    std::string expand(std::string_view in, SourceMap &source_map, const KeyPath &path) {
        std::string out;
        std::size_t at = 0;
        for (;;) {
            const auto open = in.find("${", at);
            if (open == std::string_view::npos) break;
            if (open > at && in[open - 1] == '$') {
                out.append(in.substr(at, open - 1 - at)).append("${");
                at = open + 2;
                continue;
            }
            out.append(in.substr(at, open - at));
            const auto close = in.find('}', open);
            if (close == std::string_view::npos) {
                collector_.error(source_map.value_at, path, "`${` has no closing `}`; write `$${` for a literal `${`");
                return out;
            }
            const auto inside = in.substr(open + 2, close - open - 2);
            source_map.substituted = true;
            source_map.whole = open == 0 && close + 1 == in.size();
            const auto value = replacement(inside, source_map, path);
            total_ += value.size();
            if (total_ > total_limit) {
                if (!too_long_reported_)
                    collector_.error(source_map.value_at, path, "what ${...} brings is more than 16 MiB in all");
                too_long_reported_ = true;
                return out;
            }
            out += value;
            at = close + 1;
        }
        return out.append(in.substr(at));
    }

    std::string replacement(std::string_view inside, const SourceMap &source_map, const KeyPath &path) {
        if (inside.substr(0, 5) == "file:") return file(std::string(inside.substr(5)), source_map, path);
        const auto split = inside.find(":-");
        const std::string name(inside.substr(0, split));
        if (!is_name(name)) {
            collector_.error(source_map.value_at, path,
                             "expected ${NAME}, ${NAME:-default} or ${file:/path}, got " +
                                 in_quotes("${" + std::string(inside) + "}") + "; write `$${` for a literal `${`");
            return {};
        }
        const auto value = world_.environment ? world_.environment(name) : std::nullopt;
        if (split != std::string_view::npos && (!value || value->empty())) return std::string(inside.substr(split + 2));
        if (!value) {
            collector_.error(source_map.value_at, path,
                             "the environment variable " + name + " is not set; set it, or give a default: ${" + name +
                                 ":-default}");
            return {};
        }
        if (!is_utf8(*value)) {
            collector_.error(source_map.value_at, path, "the value of the environment variable " + name + " is not UTF-8");
            return {};
        }
        return *value;
    }

    std::string file(const std::string &name, const SourceMap &source_map, const KeyPath &path) {
        if (name.empty() || name[0] != '/') {
            collector_.error(source_map.value_at, path, "expected an absolute path after `file:`, got " + in_quotes(name));
            return {};
        }
        FileText read;
        if (world_.read_file) {
            read = world_.read_file(name, secret_size_limit);
        } else {
            read.error = "files cannot be read here";
        }
        if (!read.error.empty()) {
            collector_.error(source_map.value_at, path, "the file " + in_quotes(name) + " cannot be read: " + read.error);
            return {};
        }
        if (read.text.size() > secret_size_limit) {
            collector_.error(source_map.value_at, path, "the file " + in_quotes(name) + " is larger than 64 KiB");
            return {};
        }
        if (!is_utf8(read.text)) {
            collector_.error(source_map.value_at, path, "the file " + in_quotes(name) + " is not UTF-8 text");
            return {};
        }
        if (read.exposed) {
            collector_.warning(source_map.value_at, path,
                               "the file " + in_quotes(name) +
                                   " can be read by group or others; if it holds a secret: chmod 600");
        }
        if (read.text.ends_with('\n')) read.text.pop_back();
        if (read.text.ends_with('\r')) read.text.pop_back();
        return read.text;
    }

    const ConfigInputs &world_;
    DiagnosticCollector &collector_;
    std::size_t total_ = 0;
    bool too_long_reported_ = false;
};

} // namespace

void interpolate(json::value &value, SourceMap &source_map, const ConfigInputs &world, DiagnosticCollector &collector) {
    Interpolation(world, collector).walk(value, source_map, {});
}

} // namespace kith::core
