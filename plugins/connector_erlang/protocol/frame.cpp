// SPDX-License-Identifier: MIT
#include "frame.hpp"

#include "big_endian.hpp"

namespace kith::erlang {

void Frames::append(std::string_view bytes) {
    if (at_ == bytes_.size()) {
        bytes_.clear();
        at_ = 0;
    } else if (at_ > bytes_.size() / 2) {
        bytes_.erase(0, at_); // moves less than was taken, so the cost stays linear
        at_ = 0;
    }
    bytes_.append(bytes);
}

std::optional<std::string_view> Frames::next() noexcept {
    const std::string_view rest = this->rest();
    const std::size_t before = static_cast<std::size_t>(width_);
    if (too_large_ || rest.size() < before) return std::nullopt;
    const std::size_t size = width_ == Width::two ? read_u16(rest) : read_u32(rest);
    if (size > max_) {
        too_large_ = true;
        return std::nullopt;
    }
    if (rest.size() - before < size) return std::nullopt;
    at_ += before + size;
    return rest.substr(before, size);
}

void append_frame(std::string &out, Frames::Width width, std::string_view body) {
    if (width == Frames::Width::two) {
        append_u16(out, static_cast<std::uint16_t>(body.size()));
    } else {
        append_u32(out, static_cast<std::uint32_t>(body.size()));
    }
    out.append(body);
}

} // namespace kith::erlang
