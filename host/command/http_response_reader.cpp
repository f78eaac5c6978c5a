// SPDX-License-Identifier: MIT
#include "http_response_reader.hpp"

#include <charconv>
#include <utility>

namespace kith::app {

namespace {

bool names_length(std::string_view line) {
    constexpr std::string_view name = "content-length:";
    if (line.size() < name.size()) return false;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = line[i] >= 'A' && line[i] <= 'Z' ? static_cast<char>(line[i] - 'A' + 'a') : line[i];
        if (c != name[i]) return false;
    }
    return true;
}

template <class Number>
bool read_number(std::string_view text, Number &number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

} // namespace

bool ResponseReader::read_head() {
    const std::size_t end = buffer_.find("\r\n\r\n");
    if (end == std::string::npos) return buffer_.size() <= head_limit;
    const std::string_view head = std::string_view(buffer_).substr(0, end);
    if (!head.starts_with("HTTP/1.") || head.size() < 12 || !read_number(head.substr(9, 3), status_)) return false;
    for (std::size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
        const std::string_view line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
        if (!names_length(line)) continue;
        std::string_view value = line.substr(line.find(':') + 1);
        while (value.starts_with(' ')) value.remove_prefix(1);
        std::size_t length = 0;
        if (!read_number(value, length)) return false;
        length_ = length;
    }
    buffer_.erase(0, end + 4);
    head_done_ = true;
    return true;
}

bool ResponseReader::feed(std::string_view bytes) {
    buffer_.append(bytes);
    if (head_done_) {
        taken_ += bytes.size();
        return true;
    }
    if (!read_head()) return false;
    if (head_done_) taken_ = buffer_.size();
    return true;
}

bool ResponseReader::end() { return head_done_ && (!length_ || taken_ >= *length_); }

std::string ResponseReader::take_body() { return head_done_ ? std::exchange(buffer_, {}) : std::string{}; }

} // namespace kith::app
