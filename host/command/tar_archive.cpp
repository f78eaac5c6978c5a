// SPDX-License-Identifier: MIT
#include "tar_archive.hpp"

#include <array>
#include <cstdio>
#include <cstring>
#include <utility>

namespace kith::app {

namespace {

constexpr std::size_t block = 512;

template <std::size_t Size>
void octal(std::array<char, block> &head, std::size_t at, std::uint64_t number) {
    char text[24];
    std::snprintf(text, sizeof text, "%0*llo", static_cast<int>(Size - 1), static_cast<unsigned long long>(number));
    std::memcpy(head.data() + at, text, Size - 1);
}

} // namespace

void TarArchive::add(std::string_view path, std::string_view content) {
    std::array<char, block> head{};
    std::memcpy(head.data(), path.data(), path.size() < 99 ? path.size() : 99);
    octal<8>(head, 100, 0600);
    octal<8>(head, 108, 0);
    octal<8>(head, 116, 0);
    octal<12>(head, 124, content.size());
    octal<12>(head, 136, modified_ < 0 ? 0 : static_cast<std::uint64_t>(modified_));
    std::memset(head.data() + 148, ' ', 8);
    head[156] = '0';
    std::memcpy(head.data() + 257, "ustar\00000", 8);
    unsigned sum = 0;
    for (const char c : head) sum += static_cast<unsigned char>(c);
    octal<7>(head, 148, sum);
    head[154] = '\0';
    bytes_.append(head.data(), head.size());
    bytes_ += content;
    bytes_.append((block - content.size() % block) % block, '\0');
}

std::string TarArchive::finish() {
    bytes_.append(2 * block, '\0');
    return std::move(bytes_);
}

} // namespace kith::app
