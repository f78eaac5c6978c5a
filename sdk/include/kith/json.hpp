// SPDX-License-Identifier: MIT
//
// kith::json_reader reads a JSON text in one pass, without a tree, and without recursion of its own:
//
//     kith::json_reader json(answer->body);
//     for (auto &[name, value] : json.object()) {
//         if (name == "revision") revision = value.integer();
//         if (name == "nodes")
//             for (auto &node : value.array()) names.push_back(node.text());
//     }
//     if (auto good = json.end(); !good) co_return good.error(); // "expected a string at nodes[3]"
//
// What is not read is skipped, and a loop may be left early. The first fault ends all loops, each further value is empty, and end()
// reports it: check it before the values are used. kith::json_stream splits a stream of such texts.
#pragma once

#include "base64.hpp"
#include "result.hpp"
#include "utf8.h"

#include <charconv>
#include <cstddef>
#include <iterator>
#include <system_error>

namespace kith {

/// Accepts what RFC 8259 allows, in UTF-8, to a bounded depth. The text must outlive the reader.
class json_reader {
  public:
    static constexpr std::size_t max_depth = 64; ///< objects and arrays within each other

    enum class kind : std::uint8_t { none, object, array, text, number, flag, null };

    explicit json_reader(std::string_view text) noexcept : text_(text), rest_(text) {}
    json_reader(const json_reader &) = delete;
    json_reader &operator=(const json_reader &) = delete;

    class members;
    class elements;

    /// The members of the object that comes next, for a range-based for loop over `name` and `value`. `name` is valid in its round of
    /// the loop. A member that is null is left out, since it is the same as none.
    [[nodiscard]] inline members object();
    /// The elements of the array that comes next.
    [[nodiscard]] inline elements array();

    [[nodiscard]] std::string text() {
        std::string_view raw;
        bool escaped = false;
        if (!expect('"', "a string") || !pass_string(raw, escaped)) return {};
        return escaped ? unescaped(raw) : std::string(raw);
    }
    /// The bytes of a string in base64.
    [[nodiscard]] std::string base64() {
        auto plain = base64_decode(text());
        if (!plain) wrong("base64");
        return failed() ? std::string() : *std::move(plain);
    }
    /// An integer, or a string that contains one: Protocol Buffers write 64 bits so.
    [[nodiscard]] std::int64_t integer() {
        constexpr const char *expected = "an integer of at most 64 bits";
        std::string_view raw;
        bool escaped = false;
        if (next() == kind::text ? !expect('"', expected) || !pass_string(raw, escaped) : !pass_number(raw, expected)) return 0;
        std::int64_t out = 0;
        const auto [end, fault] = std::from_chars(raw.data(), raw.data() + raw.size(), out);
        if (fault == std::errc() && end == raw.data() + raw.size()) return out;
        wrong(expected);
        return 0;
    }
    [[nodiscard]] double number() {
        constexpr const char *expected = "a number";
        std::string_view raw;
        if (!pass_number(raw, expected)) return 0;
        double out = 0;
        if (std::from_chars(raw.data(), raw.data() + raw.size(), out).ec != std::errc()) wrong(expected);
        return failed() ? 0 : out;
    }
    [[nodiscard]] bool flag() {
        const bool yes = begin_value() && rest_.starts_with("true");
        if (failed() || (!yes && !rest_.starts_with("false"))) {
            wrong("true or false");
            return false;
        }
        end_value(yes ? 4 : 5);
        return yes;
    }
    /// The value that comes next as it is in the text.
    [[nodiscard]] std::string_view raw() {
        if (!begin_value()) return {};
        const std::string_view from = rest_;
        skip();
        return failed() ? std::string_view() : from.substr(0, from.size() - rest_.size());
    }
    /// Passes the value that comes next, and checks it.
    inline void skip();

    /// The kind of the value that comes next; none: there is none, or it is not JSON.
    [[nodiscard]] kind next() noexcept {
        if (!value_ || failed()) return kind::none;
        space();
        switch (rest_.empty() ? '\0' : rest_.front()) {
        case '{': return kind::object;
        case '[': return kind::array;
        case '"': return kind::text;
        case 't':
        case 'f': return kind::flag;
        case 'n': return kind::null;
        case '-': return kind::number;
        default: return is_digit() ? kind::number : kind::none;
        }
    }

    /// For a fault that the caller finds, such as a text that is not an address: "expected an address at nodes[3]".
    void wrong(std::string_view expected) {
        if (!failed()) error_.append("expected ").append(expected).append(path());
    }
    [[nodiscard]] bool failed() const noexcept { return !error_.empty(); }

    /// Passes what was not read. KITH_PROTOCOL: the text is not JSON, something follows it, or a value was of another type; the error
    /// contains its path.
    [[nodiscard]] result<void> end() {
        if (value_) skip();
        space();
        if (!failed() && !rest_.empty()) error_ = "there is more after the JSON text, at byte " + offset();
        if (failed()) return error(KITH_PROTOCOL, error_);
        return {};
    }

  private:
    friend class members;
    friend class elements;

    // An object or an array whose end was not read yet. Lives in the range that the loop holds.
    struct level {
        level *up = nullptr;
        std::string_view name = {}; // of the member that is being read, with its escapes
        std::size_t count = 0;
        bool object = false;
        bool open = false;
    };

    inline void enter(level &inner, bool object);
    inline bool advance(level &inner);
    inline void leave(level &inner) noexcept;

    void space() noexcept {
        while (!rest_.empty() &&
               (rest_.front() == ' ' || rest_.front() == '\n' || rest_.front() == '\r' || rest_.front() == '\t'))
            rest_.remove_prefix(1);
    }
    [[nodiscard]] bool is_digit() const noexcept { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
    bool take(char c) noexcept {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    // A value comes next, and its first byte is that of rest_.
    bool begin_value() {
        if (failed()) return false;
        if (!value_) return wrong("one more value"), false;
        space();
        return true;
    }
    void end_value(std::size_t size) noexcept {
        rest_.remove_prefix(size);
        value_ = false;
    }
    bool expect(char c, const char *expected) {
        if (!begin_value()) return false;
        if (take(c)) return true;
        if (next() == kind::none) return malformed("a value");
        wrong(expected);
        return false;
    }
    bool malformed(std::string_view expected) {
        if (!failed())
            error_.append("it is not JSON (expected ").append(expected).append(" at byte ").append(offset()).append(")");
        return false;
    }
    [[nodiscard]] std::string offset() const { return std::to_string(text_.size() - rest_.size()); }
    inline std::string path() const;

    bool pass_comma(bool object) { return take(',') || malformed(object ? "a comma or }" : "a comma or ]"); }
    // A member's name and the colon.
    bool pass_name(std::string_view &name) {
        bool escaped = false;
        space();
        if (!take('"')) return malformed("the name of a member");
        if (!pass_string(name, escaped)) return false;
        space();
        value_ = true;
        return take(':') || malformed("a colon");
    }
    void too_deep() { error_ = "it has more than " + std::to_string(max_depth) + " objects and lists within each other"; }

    // After the quote. raw: the text with its escapes, which are checked.
    inline bool pass_string(std::string_view &raw, bool &escaped);
    inline bool pass_number(std::string_view &raw, const char *expected);
    inline void pass_scalar();
    // One escape after its backslash, or a pair of surrogates.
    inline bool pass_escape(std::size_t &at);
    inline static std::string unescaped(std::string_view raw);
    inline static bool hex(std::string_view digits, std::uint32_t &out) noexcept;

    std::string_view text_, rest_;
    std::string error_;
    level *inside_ = nullptr; // the innermost
    std::size_t depth_ = 0;
    bool value_ = true; // a value comes next, and was not read
};

/// See json_reader::object().
class json_reader::members {
  public:
    struct member {
        std::string_view name;
        json_reader &value;
    };
    class iterator {
      public:
        explicit iterator(members &of) noexcept : of_(&of) {}
        [[nodiscard]] member &operator*() const noexcept { return of_->member_; }
        iterator &operator++() { return of_->next(), *this; }
        [[nodiscard]] bool operator==(std::default_sentinel_t) const noexcept { return !of_->level_.open; }

      private:
        members *of_;
    };

    explicit members(json_reader &of) : member_{{}, of} { of.enter(level_, true); }
    members(const members &) = delete;
    members &operator=(const members &) = delete;
    ~members() { member_.value.leave(level_); }

    [[nodiscard]] iterator begin() {
        next();
        return iterator(*this);
    }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

  private:
    void next() {
        if (!member_.value.advance(level_)) return;
        member_.name = level_.name;
        if (level_.name.find('\\') == std::string_view::npos) return;
        name_ = unescaped(level_.name);
        member_.name = name_;
    }

    member member_;
    level level_;
    std::string name_;
};

/// See json_reader::array().
class json_reader::elements {
  public:
    class iterator {
      public:
        explicit iterator(elements &of) noexcept : of_(&of) {}
        [[nodiscard]] json_reader &operator*() const noexcept { return of_->reader_; }
        iterator &operator++() { return of_->reader_.advance(of_->level_), *this; }
        [[nodiscard]] bool operator==(std::default_sentinel_t) const noexcept { return !of_->level_.open; }

      private:
        elements *of_;
    };

    explicit elements(json_reader &of) : reader_(of) { of.enter(level_, false); }
    elements(const elements &) = delete;
    elements &operator=(const elements &) = delete;
    ~elements() { reader_.leave(level_); }

    [[nodiscard]] iterator begin() {
        reader_.advance(level_);
        return iterator(*this);
    }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

  private:
    json_reader &reader_;
    level level_;
};

inline json_reader::members json_reader::object() { return members(*this); }
inline json_reader::elements json_reader::array() { return elements(*this); }

inline void json_reader::enter(level &inner, bool object) {
    inner.object = object;
    if (!expect(object ? '{' : '[', object ? "an object" : "a list")) return;
    value_ = false;
    if (depth_ == max_depth) return too_deep();
    ++depth_;
    inner.up = std::exchange(inside_, &inner);
    inner.open = true;
}

// To the next member or element; false: there is none.
inline bool json_reader::advance(level &inner) {
    while (inner.open) {
        if (value_) skip();
        space();
        if (!failed() && take(inner.object ? '}' : ']')) {
            inside_ = inner.up;
            --depth_;
            return inner.open = false;
        }
        if (failed() || (inner.count != 0 && !pass_comma(inner.object))) break;
        ++inner.count;
        value_ = true;
        if (!inner.object) return true;
        if (!pass_name(inner.name)) break;
        if (next() != kind::null) return true;
        skip();
    }
    if (inner.open) {
        inside_ = inner.up;
        --depth_;
    }
    return inner.open = false;
}

inline void json_reader::leave(level &inner) noexcept {
    try {
        while (advance(inner)) {
        }
    } catch (...) {
        inside_ = inner.up; // out of memory for the text of the error
        inner.open = false;
        error_ = "no memory";
    }
}

inline void json_reader::skip() {
    // Whether each container within the value is an object, a bit for each.
    static_assert(max_depth <= 64);
    std::uint64_t objects = 0;
    std::size_t levels = 0;
    std::string_view name;
    if (!begin_value()) return;
    do {
        space();
        const bool object = rest_.starts_with('{');
        if (object || rest_.starts_with('[')) {
            if (depth_ + levels == max_depth) return too_deep();
            rest_.remove_prefix(1);
            objects = objects << 1 | (object ? 1U : 0U);
            ++levels;
            space();
            if (!rest_.starts_with(object ? '}' : ']')) {
                if (object && !pass_name(name)) return;
                continue;
            }
        } else {
            pass_scalar();
            if (failed()) return;
        }
        for (; levels != 0; --levels, objects >>= 1) {
            space();
            if (!take((objects & 1) != 0 ? '}' : ']')) break;
        }
        if (levels == 0) break;
        if (!pass_comma((objects & 1) != 0) || ((objects & 1) != 0 && !pass_name(name))) return;
    } while (true);
    value_ = false;
}

inline void json_reader::pass_scalar() {
    for (const std::string_view word : {"true", "false", "null"}) {
        if (rest_.starts_with(word)) return end_value(word.size());
    }
    std::string_view raw;
    bool escaped = false;
    value_ = true;
    if (take('"'))
        pass_string(raw, escaped);
    else if (is_digit() || rest_.starts_with('-'))
        pass_number(raw, "a number");
    else
        malformed("a value");
}

inline bool json_reader::hex(std::string_view digits, std::uint32_t &out) noexcept {
    if (digits.size() < 4) return false;
    out = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + 4, out, 16);
    return fault == std::errc() && end == digits.data() + 4 && digits.front() != '-';
}

inline bool json_reader::pass_escape(std::size_t &at) {
    const std::string_view from = rest_.substr(at); // after the backslash
    if (from.empty()) return false;
    ++at;
    if (from.front() != 'u') return std::string_view("\"\\/bfnrt").find(from.front()) != std::string_view::npos;
    std::uint32_t code = 0, low = 0;
    if (!hex(from.substr(1), code)) return false;
    at += 4;
    if (code < 0xD800 || code > 0xDFFF) return true;
    at += 6; // only a pair of surrogates is a character
    return code < 0xDC00 && from.substr(5).starts_with("\\u") && hex(from.substr(7), low) && low >= 0xDC00 && low <= 0xDFFF;
}

inline bool json_reader::pass_string(std::string_view &raw, bool &escaped) {
    bool ascii = true;
    for (std::size_t at = 0; at < rest_.size();) {
        const auto c = static_cast<unsigned char>(rest_[at++]);
        if (c == '"') {
            raw = rest_.substr(0, at - 1);
            if (!ascii && kith_is_utf8(str(raw)) == 0) return malformed("UTF-8 in the string");
            end_value(at);
            return true;
        }
        if (c < 0x20) return malformed("no control character in the string");
        ascii = ascii && c < 0x80;
        if (c != '\\') continue;
        escaped = true;
        if (!pass_escape(at)) return malformed("valid escapes in the string");
    }
    return malformed("the end of the string");
}

inline bool json_reader::pass_number(std::string_view &raw, const char *expected) {
    if (!begin_value()) return false;
    if (!is_digit() && !rest_.starts_with('-')) {
        if (next() == kind::none) return malformed("a value");
        wrong(expected);
        return false;
    }
    const std::string_view from = rest_;
    const auto digits = [this] {
        if (!is_digit()) return malformed("a digit");
        while (is_digit()) rest_.remove_prefix(1);
        return true;
    };
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
        if (!take('+')) take('-');
        if (!digits()) return false;
    }
    raw = from.substr(0, from.size() - rest_.size());
    value_ = false;
    return true;
}

inline std::string json_reader::unescaped(std::string_view raw) {
    constexpr std::string_view names = "bfnrt", values = "\b\f\n\r\t";
    std::string out;
    out.reserve(raw.size());
    while (!raw.empty()) {
        const auto plain = raw.substr(0, raw.find('\\'));
        out.append(plain);
        raw.remove_prefix(plain.size());
        if (raw.empty()) break;
        const char c = raw[1];
        raw.remove_prefix(2);
        if (c != 'u') {
            const auto at = names.find(c);
            out += at == std::string_view::npos ? c : values[at];
            continue;
        }
        std::uint32_t code = 0, low = 0;
        (void)hex(raw, code);
        raw.remove_prefix(4);
        if (code >= 0xD800 && code <= 0xDFFF) {
            (void)hex(raw.substr(2), low);
            raw.remove_prefix(6);
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
        const auto byte = [&out](std::uint32_t bits) { out += static_cast<char>(static_cast<unsigned char>(bits)); };
        if (code < 0x80) {
            byte(code);
            continue;
        }
        if (code >= 0x10000) byte(0xF0 | code >> 18);
        if (code >= 0x10000) byte(0x80 | (code >> 12 & 0x3F));
        if (code >= 0x800 && code < 0x10000) byte(0xE0 | code >> 12);
        if (code >= 0x800) byte(0x80 | (code >> 6 & 0x3F));
        if (code < 0x800) byte(0xC0 | code >> 6);
        byte(0x80 | (code & 0x3F));
    }
    return out;
}

inline std::string json_reader::path() const {
    constexpr std::size_t longest = 64;
    std::string out;
    for (const level *at = inside_; at != nullptr; at = at->up) {
        if (!at->object) {
            out.insert(0, "[" + std::to_string(at->count == 0 ? 0 : at->count - 1) + "]");
            continue;
        }
        std::string_view name = at->name.substr(0, longest);
        while (name.size() < at->name.size() && !name.empty() && (at->name[name.size()] & 0xC0) == 0x80) name.remove_suffix(1);
        out.insert(0, (at->up == nullptr ? "" : ".") + std::string(name));
    }
    return out.empty() ? " at the top level" : " at " + out;
}

/// Splits a stream of JSON texts, such as the body of a watch, into the texts: on lines of their own or directly one after the other.
/// A text is an object or an array; the reader finds what is wrong in it.
///
///     if (auto fits = texts.add(bytes); !fits) co_return fits.error();
///     while (const auto text = texts.next()) apply(*text);
class json_stream {
  public:
    /// max: the largest text in bytes.
    explicit json_stream(std::size_t max = 16 << 20) noexcept : max_(max) {}

    /// KITH_LIMIT: a text has more than max bytes. Only when next() has returned all texts.
    [[nodiscard]] result<void> add(std::string_view bytes) {
        buffer_.erase(0, begin_);
        at_ -= begin_;
        begin_ = 0;
        if (buffer_.size() > max_) return error(KITH_LIMIT, "a JSON text has more than " + std::to_string(max_) + " bytes");
        buffer_.append(bytes);
        return {};
    }

    /// The next text, valid until the next add; empty: more bytes are needed.
    [[nodiscard]] std::optional<std::string_view> next() noexcept {
        while (at_ < buffer_.size()) {
            const char c = buffer_[at_++];
            if (!in_string_ && depth_ == 0 && (c == ' ' || c == '\n' || c == '\r' || c == '\t')) {
                if (begin_ + 1 == at_) begin_ = at_;
                if (begin_ != at_) return ended(at_ - 1);
                continue;
            }
            if (in_string_) {
                in_string_ = escaped_ || c != '"';
                escaped_ = !escaped_ && c == '\\';
                continue;
            }
            in_string_ = c == '"';
            if (c == '{' || c == '[') ++depth_;
            if ((c == '}' || c == ']') && depth_ != 0 && --depth_ == 0) return ended(at_);
        }
        return std::nullopt;
    }

    /// Whether the bytes so far end between two texts; false: in the middle of one.
    [[nodiscard]] bool complete() const noexcept { return begin_ == buffer_.size(); }

  private:
    std::string_view ended(std::size_t end) noexcept {
        const auto out = std::string_view(buffer_).substr(begin_, end - begin_);
        begin_ = at_;
        in_string_ = escaped_ = false;
        return out;
    }

    std::size_t max_;
    std::string buffer_;
    std::size_t begin_ = 0; // of the text that is not complete
    std::size_t at_ = 0;    // up to here it was searched
    std::size_t depth_ = 0;
    bool in_string_ = false, escaped_ = false;
};

} // namespace kith
