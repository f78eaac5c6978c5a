// SPDX-License-Identifier: MIT
//
// What names a process or a request across nodes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace kith::erlang::etf {

struct Pid {
    std::string node;
    std::uint32_t id = 0;
    std::uint32_t serial = 0;
    std::uint32_t creation = 0;

    friend bool operator==(const Pid &, const Pid &) = default;
};

struct Reference {
    static constexpr std::size_t max_words = 5;

    std::string node;
    std::uint32_t creation = 0;
    std::uint32_t size = 0;                       // words in use
    std::array<std::uint32_t, max_words> words{}; // the first has 18 bits

    friend bool operator==(const Reference &, const Reference &) = default;
};

} // namespace kith::erlang::etf
