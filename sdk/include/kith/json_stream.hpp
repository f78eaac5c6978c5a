// SPDX-License-Identifier: MIT
//
// kith::json_stream splits a stream of JSON texts, such as the body of a watch, into the texts: on lines of their own or directly one after
// the other. A text is an object or an array; kith::json_reader finds what is wrong in it.
//
//     if (auto fits = texts.add(bytes); !fits) co_return fits.error();
//     while (const auto text = texts.next()) apply(*text);
#pragma once

#include "result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace kith {

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
