// SPDX-License-Identifier: MIT
//
// Where each key and value of a JSON text stands. Boost.JSON keeps no positions, so this reads the text a second time; it also
// tells better what was expected where, and refuses a key that is there twice.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

inline constexpr std::size_t json_depth_limit = 32;
inline constexpr std::size_t json_value_limit = 1u << 20;

struct Place {
    std::uint32_t key_at = 0; // offset in the text; of the value where there is no key
    std::uint32_t value_at = 0;
    bool substituted = false; // some of the string came out of ${...}: it may be a secret
    bool broken = false;      // of ${...}, an error that was told: it is not looked at again
    bool whole = false;       // all of it did: it may stand for a number or a boolean
    std::map<std::string, Place, std::less<>> members;
    std::vector<Place> elements;

    // Null where there is none, such as for a default.
    const Place *member(std::string_view key) const;
    const Place *element(std::size_t index) const;
};

// A readable path: topologies.example.config.hosts[0]; odd keys are quoted.
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

struct ScanFault {
    std::uint32_t at = 0;
    KeyPath path;
    std::string message;
};

struct Scan {
    Place root;
    std::vector<ScanFault> faults; // duplicate keys, and at most one place where the text is no JSON (the last)
    bool well_formed = false;
};

// text: without a byte order mark, at most 4 GiB.
Scan scan_json(std::string_view text);

// A string for a message: quoted, escaped, cut when it is long.
std::string in_quotes(std::string_view);

} // namespace kith::core
