// SPDX-License-Identifier: MIT
#include "text_parser.hpp"

#include "../big_endian.hpp"
#include "tag.hpp"
#include "word_characters.hpp"

#include <charconv>
#include <string>

namespace kith::erlang::etf {
namespace {

bool is_space(char c) noexcept { return c == ' ' || c == '\n' || c == '\t'; }

class TextParser {
  public:
    TextParser(Writer &out, std::string_view text) noexcept : out_(out), text_(text) {}

    bool all() { return term(0) && (skip(), text_.empty()); }

  private:
    void skip() noexcept {
        while (!text_.empty() && is_space(text_.front())) text_.remove_prefix(1);
    }

    bool take(char c) noexcept {
        skip();
        if (text_.empty() || text_.front() != c) return false;
        text_.remove_prefix(1);
        return true;
    }

    bool term(int depth) {
        if (depth > 64) return false;
        skip();
        if (text_.empty()) return false;
        const char c = text_.front();
        if (take('{')) return sequence(depth, '}', tag::large_tuple);
        if (take('[')) return sequence(depth, ']', tag::list);
        if (take('\'')) return quoted();
        if (is_digit(c) || c == '-') return number();
        if (is_lower(c)) return bare();
        return false;
    }

    // The count is known only behind the last, so it is filled in then; the wide forms leave room for any.
    bool sequence(int depth, char close, std::uint8_t t) {
        std::string &bytes = out_.out();
        const std::size_t begin = bytes.size();
        append_u8(bytes, t);
        append_u32(bytes, 0);
        std::uint32_t count = 0;
        if (!take(close)) {
            do {
                if (!term(depth + 1)) return false;
                ++count;
            } while (take(','));
            if (!take(close)) return false;
        }
        if (t == tag::list) {
            if (count == 0) bytes.resize(begin);
            out_.nil();
        }
        if (t != tag::list || count != 0) put_u32(bytes, begin + 1, count);
        return true;
    }

    bool quoted() {
        std::string name;
        while (!text_.empty() && text_.front() != '\'') {
            if (text_.front() == '\\') text_.remove_prefix(1);
            if (text_.empty()) return false;
            name += text_.front();
            text_.remove_prefix(1);
        }
        if (!take('\'')) return false;
        out_.atom(name);
        return true;
    }

    bool number() {
        std::int64_t value = 0;
        const auto end = std::from_chars(text_.data(), text_.data() + text_.size(), value);
        if (end.ec != std::errc{}) return false;
        text_.remove_prefix(static_cast<std::size_t>(end.ptr - text_.data()));
        out_.integer(value);
        return true;
    }

    bool bare() {
        std::size_t size = 0;
        while (size < text_.size() && is_word(text_[size])) ++size;
        out_.atom(text_.substr(0, size));
        text_.remove_prefix(size);
        return true;
    }

    Writer &out_;
    std::string_view text_;
};

} // namespace

bool write_text(Writer &out, std::string_view text) {
    const std::size_t before = out.out().size();
    if (TextParser(out, text).all()) return true;
    out.out().resize(before);
    return false;
}

} // namespace kith::erlang::etf
