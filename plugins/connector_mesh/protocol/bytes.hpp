// SPDX-License-Identifier: MIT
//
// Numbers and texts as the wire carries them: big-endian, a text behind its length. A Reader that meets the end of its bytes remembers
// that, and returns zeros and empty texts from there on: check `good` once, at the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kith::mesh {

template <unsigned size>
void append_number(std::string &out, std::uint64_t value) {
    if constexpr (size <= 2) { // without a call where there is room
        if constexpr (size == 2) out.push_back(static_cast<char>(value >> 8));
        out.push_back(static_cast<char>(value));
        return;
    }
    char bytes[size];
    for (unsigned i = 0; i < size; ++i) bytes[i] = static_cast<char>(value >> (8 * (size - 1 - i)));
    out.append(bytes, size);
}

/// At most 65,535 bytes; a longer text is cut.
inline void append_text(std::string &out, std::string_view text) {
    text = text.substr(0, 65535);
    append_number<2>(out, text.size());
    out.append(text);
}

class Reader {
  public:
    explicit Reader(std::string_view bytes) noexcept : bytes_(bytes) {}

    [[nodiscard]] bool good() const noexcept { return good_; }
    [[nodiscard]] bool at_end() const noexcept { return bytes_.empty(); }
    [[nodiscard]] std::string_view rest() const noexcept { return bytes_; }

    template <unsigned size>
    std::uint64_t number() noexcept {
        const std::string_view bytes = take(size);
        std::uint64_t value = 0;
        for (unsigned i = 0; i < size && !bytes.empty(); ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
        return value;
    }
    std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(number<1>()); }
    std::uint16_t u16() noexcept { return static_cast<std::uint16_t>(number<2>()); }
    std::uint32_t u32() noexcept { return static_cast<std::uint32_t>(number<4>()); }
    std::uint64_t u64() noexcept { return number<8>(); }

    /// longest: a longer text is not good.
    std::string_view text(std::size_t longest) noexcept {
        const std::size_t size = u16();
        if (size > longest) good_ = false;
        return good_ ? take(size) : std::string_view();
    }

  private:
    std::string_view take(std::size_t size) noexcept {
        if (size > bytes_.size()) {
            good_ = false;
            bytes_ = {};
            return {};
        }
        const std::string_view out = bytes_.substr(0, size);
        bytes_.remove_prefix(size);
        return out;
    }

    std::string_view bytes_;
    bool good_ = true;
};

} // namespace kith::mesh
