// SPDX-License-Identifier: MIT
//
// Which SPIFFE ids are those of members, and of which: the options spiffe_id and spiffe_name. A `*` of the id stands for a part of one segment of its
// path, and for the same text in the name. Source: the SPIFFE ID specification, sections 2.1 to 2.4.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kith::mesh {

class SpiffePattern {
  public:
    /// No id is that of a member.
    SpiffePattern() = default;
    /// Throws kith::error: the id is no pattern of ids, it has not as many `*` as the name, or two ids would have one name.
    SpiffePattern(std::string_view id, std::string_view name);

    [[nodiscard]] bool empty() const noexcept { return id_.empty(); }
    [[nodiscard]] const std::string &id() const noexcept { return id_; }
    [[nodiscard]] const std::string &name() const noexcept { return name_; }

    /// The name of the member with this id; nothing: it is that of no member.
    [[nodiscard]] std::optional<std::string> name_of(std::string_view id) const;

  private:
    std::string id_, name_;
};

} // namespace kith::mesh
