// SPDX-License-Identifier: MIT
//
// Paths and values of a JSON document in messages.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace kith::core {

// A readable path such as topologies.example.config.hosts[0]. Keys with other characters than letters, digits, _ and - are
// quoted.
class KeyPath {
  public:
    KeyPath() = default;
    explicit KeyPath(std::string text) : text_(std::move(text)) {}

    KeyPath operator/(std::string_view key) const;
    KeyPath operator/(std::size_t index) const;
    const std::string &text() const { return text_; }

  private:
    std::string text_;
};

// A string for a message: quoted, escaped, and truncated to 60 bytes.
std::string in_quotes(std::string_view);

} // namespace kith::core
