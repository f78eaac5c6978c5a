// SPDX-License-Identifier: MIT
#include <core/config/json_source_map.hpp>

#include <kith/hosting/utf8.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace kith::core {
namespace {

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct Stop {}; // thrown at the first syntax error

class Scanner {
  public:
    Scanner(std::string_view text, Scan &out) : text_(text), out_(out) {}

    void run() {
        try {
            blank();
            if (done()) fail(at_, {}, "the file is empty: expected a configuration, { ... }");
            out_.root.key_at = position();
            value(out_.root, {}, 0);
            blank();
            if (!done()) fail(at_, {}, "expected the end of the file after the configuration, got " + here());
            out_.well_formed = true;
        } catch (const Stop &) {
        }
    }

  private:
    [[noreturn]] void fail(std::size_t at, const KeyPath &path, std::string message) {
        out_.faults.push_back({static_cast<std::uint32_t>(at), path, std::move(message)});
        throw Stop{};
    }

    bool done() const { return at_ >= text_.size(); }
    char peek() const { return done() ? '\0' : text_[at_]; }
    std::uint32_t position() const { return static_cast<std::uint32_t>(at_); }

    // Describes the next token, for a message.
    std::string here() const {
        if (done()) return "the end of the file";
        if (peek() == '"') return "a string";
        std::size_t size = 0;
        while (at_ + size < text_.size() && is_word(text_[at_ + size])) ++size;
        if (size > 0) return "`" + std::string(text_.substr(at_, std::min<std::size_t>(size, 40))) + "`";
        const auto byte = static_cast<unsigned char>(peek());
        if (byte < 0x20 || byte == 0x7f) return "a control character";
        if (byte >= 0x80) return "a character outside of a string";
        return "`" + std::string(1, peek()) + "`";
    }

    // White space and comments.
    void blank() {
        for (;;) {
            while (!done() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) ++at_;
            const auto rest = text_.substr(at_, 2);
            if (rest == "//") {
                const auto end = text_.find('\n', at_);
                at_ = end == std::string_view::npos ? text_.size() : end + 1;
            } else if (rest == "/*") {
                const auto end = text_.find("*/", at_ + 2);
                if (end == std::string_view::npos) fail(at_, {}, "the comment that begins here has no closing */");
                at_ = end + 2;
            } else {
                return;
            }
        }
    }

    void value(SourceMap &source_map, const KeyPath &path, std::size_t depth) {
        if (++count_ > json_value_limit) {
            fail(at_, path, "too many values: the limit is " + std::to_string(json_value_limit));
        }
        source_map.value_at = position();
        const char c = peek();
        if (c == '{') return object(source_map, path, depth);
        if (c == '[') return array(source_map, path, depth);
        if (c == '"') return static_cast<void>(string(path));
        if (c == '-' || is_digit(c)) return number(path);
        for (const std::string_view word : {"true", "false", "null"}) {
            if (text_.substr(at_, word.size()) == word && !is_word_at(at_ + word.size())) {
                at_ += word.size();
                return;
            }
        }
        std::string message = "expected a value, got " + here();
        if (c == '\'') message += "; strings stand in double quotes";
        if (is_word(c)) message += "; true, false and null are written so, and strings stand in double quotes";
        if (c == '#') message += "; comments are // or /* */";
        fail(at_, path, std::move(message));
    }

    bool is_word_at(std::size_t at) const { return at < text_.size() && is_word(text_[at]); }

    void object(SourceMap &source_map, const KeyPath &path, std::size_t depth) {
        if (depth >= json_depth_limit) too_deep(path);
        const auto open = at_++;
        for (;;) {
            blank();
            if (peek() == '}') break;
            if (done()) unclosed(open, '}', path);
            if (peek() != '"') {
                std::string message = "expected a key in double quotes or `}`, got " + here();
                if (peek() == '#') message += "; comments are // or /* */";
                fail(at_, path, std::move(message));
            }
            const auto key_at = at_;
            const std::string key = string(path);
            const KeyPath below = path / key;
            blank();
            if (peek() != ':') fail(at_, below, "expected `:` after the key " + in_quotes(key) + ", got " + here());
            ++at_;
            blank();
            const auto [found, fresh] = source_map.members.try_emplace(key);
            if (!fresh) {
                out_.faults.push_back({static_cast<std::uint32_t>(key_at), below,
                                       "the key " + in_quotes(key) + " is here a second time; only one of them can hold"});
            }
            found->second = SourceMap{}; // the parser keeps the last of duplicate members
            found->second.key_at = static_cast<std::uint32_t>(key_at);
            value(found->second, below, depth + 1);
            blank();
            if (peek() == ',') {
                ++at_;
            } else if (peek() != '}') {
                if (done()) unclosed(open, '}', path);
                fail(at_, below, "expected `,` or `}` after the value of " + in_quotes(key) + ", got " + here());
            }
        }
        ++at_;
    }

    void array(SourceMap &source_map, const KeyPath &path, std::size_t depth) {
        if (depth >= json_depth_limit) too_deep(path);
        const auto open = at_++;
        for (;;) {
            blank();
            if (peek() == ']') break;
            if (done()) unclosed(open, ']', path);
            const KeyPath below = path / source_map.elements.size();
            source_map.elements.emplace_back().key_at = position();
            value(source_map.elements.back(), below, depth + 1);
            blank();
            if (peek() == ',') {
                ++at_;
            } else if (peek() != ']') {
                if (done()) unclosed(open, ']', path);
                fail(at_, below, "expected `,` or `]` after this element of the list, got " + here());
            }
        }
        ++at_;
    }

    [[noreturn]] void too_deep(const KeyPath &path) {
        fail(at_, path, "nested too deep: the limit is " + std::to_string(json_depth_limit) + " levels");
    }

    [[noreturn]] void unclosed(std::size_t open, char close, const KeyPath &path) {
        fail(open, path, std::string("the `") + text_[open] + "` here has no closing `" + close + "`");
    }

    // Returns the decoded text.
    std::string string(const KeyPath &path) {
        const auto open = at_++;
        bool escaped = false;
        for (;; ++at_) {
            if (done() || peek() == '\n' || peek() == '\r')
                fail(open, path, "the string that begins here has no closing quote");
            if (peek() == '"') break;
            if (static_cast<unsigned char>(peek()) < 0x20) {
                fail(at_, path, "a string contains a control character; write it as \\t or \\u00XX");
            }
            if (peek() != '\\') continue;
            escaped = true;
            ++at_;
            if (peek() == 'u') {
                for (std::size_t i = 1; i <= 4; ++i) {
                    const char hex = at_ + i < text_.size() ? text_[at_ + i] : '\0';
                    if (!is_digit(hex) && !(hex >= 'a' && hex <= 'f') && !(hex >= 'A' && hex <= 'F')) {
                        fail(at_ - 1, path, "expected four hexadecimal digits after \\u");
                    }
                }
                at_ += 4;
            } else if (done() || std::string_view("\"\\/bfnrt").find(peek()) == std::string_view::npos) {
                fail(at_ - 1, path,
                     "expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX; a lone backslash is written \\\\");
            }
        }
        ++at_;
        const auto raw = text_.substr(open, at_ - open);
        if (!is_utf8(raw)) fail(open, path, "the string that begins here is not UTF-8");
        if (!escaped) return std::string(raw.substr(1, raw.size() - 2));
        boost::system::error_code code;
        const auto decoded = boost::json::parse({raw.data(), raw.size()}, code);
        if (code) fail(open, path, "this string is not valid: " + code.message());
        return std::string(decoded.get_string().c_str(), decoded.get_string().size());
    }

    void number(const KeyPath &path) {
        const auto begin = at_;
        if (peek() == '-') ++at_;
        const bool zero = peek() == '0';
        bool good = digits();
        if (zero && at_ - begin > (text_[begin] == '-' ? 2u : 1u)) good = false;
        if (peek() == '.') {
            ++at_;
            good = digits() && good;
        }
        if (peek() == 'e' || peek() == 'E') {
            ++at_;
            if (peek() == '+' || peek() == '-') ++at_;
            good = digits() && good;
        }
        if (good && !is_word_at(at_) && peek() != '.') return;
        while (is_word_at(at_) || peek() == '.') ++at_;
        const auto raw = std::string(text_.substr(begin, std::min<std::size_t>(at_ - begin, 40)));
        std::string message = "expected a number, got `" + raw + "`";
        if (!good && zero) {
            message += "; a number has no leading zero";
        } else {
            message += "; strings stand in double quotes";
        }
        fail(begin, path, std::move(message));
    }

    bool digits() {
        const auto begin = at_;
        while (is_digit(peek())) ++at_;
        return at_ > begin;
    }

    std::string_view text_;
    Scan &out_;
    std::size_t at_ = 0;
    std::size_t count_ = 0;
};

} // namespace

Scan scan_json(std::string_view text) {
    Scan out;
    Scanner(text, out).run();
    return out;
}

} // namespace kith::core
