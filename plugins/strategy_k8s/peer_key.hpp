// SPDX-License-Identifier: MIT
//
// The key of a peer in 24 bytes: there are thousands of them, and nearly all are the uid of a pod, whose text has 36 bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace k8s {

/// Has the value of any text. Copies of a long one share it.
class PeerKey {
  public:
    explicit PeerKey(std::string_view text);

    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::size_t hash() const noexcept;
    friend bool operator==(const PeerKey &a, const PeerKey &b) noexcept;

  private:
    using Uid = std::array<std::uint8_t, 16>; ///< the digits of a UUID in its usual form: 8-4-4-4-12, lower case
    using Text = std::shared_ptr<const std::string>;
    std::variant<Uid, Text> value_;
};
static_assert(sizeof(PeerKey) == 24);

struct PeerKeyHash {
    std::size_t operator()(const PeerKey &key) const noexcept { return key.hash(); }
};

} // namespace k8s
