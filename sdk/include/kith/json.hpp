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
// reports it: check it before the values are used. kith/json_stream.hpp splits a stream of such texts.
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

} // namespace kith

#include "json_syntax.hpp"
