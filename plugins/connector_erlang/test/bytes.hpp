// SPDX-License-Identifier: MIT
//
// Bytes as tests write them.
#pragma once

#include "etf/text_parser.hpp"

#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kith::erlang::test {

inline std::string bytes(std::initializer_list<int> list) {
    std::string out;
    for (const int value : list) out.push_back(static_cast<char>(value));
    return out;
}

/// The encoded form of a term that is written as text.
inline std::string term(std::string_view text) {
    std::string out;
    etf::Writer writer(out);
    if (!etf::write_text(writer, text)) throw std::invalid_argument("no term: " + std::string(text));
    return out;
}

} // namespace kith::erlang::test
