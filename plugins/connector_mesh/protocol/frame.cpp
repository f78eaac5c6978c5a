// SPDX-License-Identifier: MIT
#include "frame.hpp"

namespace kith::mesh {

namespace {

constexpr std::size_t most_idle = 4096; // bytes that are kept allocated while nothing comes

} // namespace

void FrameReader::append(std::string_view bytes) {
    if (at_ == bytes_.size()) {
        bytes_.clear();
        at_ = 0;
    } else if (at_ > bytes_.size() / 2) {
        bytes_.erase(0, at_); // moves less than was taken, so the cost stays linear
        at_ = 0;
    }
    bytes_.append(bytes);
}

std::optional<FrameReader::Frame> FrameReader::next() noexcept {
    const std::string_view rest = std::string_view(bytes_).substr(at_);
    if (rest.empty() && bytes_.capacity() > most_idle) { // after a burst, such as of the first documents
        bytes_ = {};
        at_ = 0;
    }
    if (broken_ || rest.size() < 4) return std::nullopt;
    const std::size_t size = Reader(rest).u32();
    if (size == 0 || size > largest_frame) {
        broken_ = true;
        return std::nullopt;
    }
    if (rest.size() - 4 < size) return std::nullopt;
    at_ += 4 + size;
    return Frame{static_cast<FrameKind>(rest[4]), rest.substr(5, size - 1)};
}

void append_frame(std::string &out, FrameKind kind, std::string_view body) {
    append_number<4>(out, body.size() + 1);
    append_number<1>(out, static_cast<std::uint8_t>(kind));
    out.append(body);
}

} // namespace kith::mesh
