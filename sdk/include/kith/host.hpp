// SPDX-License-Identifier: MIT
//
// kith::host: the host as one instance sees it. A plugin's constructor gets it and passes it on to its base class and to the
// services it uses. It is a reference: copy it freely, keep it as long as the instance lives.
#pragma once

#include "context.hpp"

namespace kith {

/// A list of services, for the `required` and `optional` of a plugin.
template <class... Service>
struct services {};

class host {
  public:
    explicit host(detail::context &home) noexcept : home_(&home) {}

    /// Names in the configuration; empty for connectors and sinks.
    [[nodiscard]] std::string_view topology() const noexcept { return view(raw()->topology); }
    [[nodiscard]] std::string_view source() const noexcept { return view(raw()->source); }

    /// Unique in this process, stable across restarts.
    [[nodiscard]] std::string_view instance() const noexcept { return view(raw()->instance); }

    /// Is this service offered, and declared in our descriptor?
    [[nodiscard]] bool offers(std::string_view id) const noexcept { return home_->find<void>(id) != nullptr; }

    /// The host's table of a service; throws kith::error when it is not offered.
    template <class Table>
    [[nodiscard]] const Table *service(std::string_view id) const {
        if (const auto *table = home_->find<Table>(id)) return table;
        throw error(KITH_UNSUPPORTED, "the host does not offer " + std::string(id) +
                                          ", or the plugin does not name it in `required` or `optional`");
    }

    [[nodiscard]] const kith_host *raw() const noexcept { return home_->raw; }
    [[nodiscard]] detail::context &context() const noexcept { return *home_; }

  private:
    detail::context *home_;
};

} // namespace kith
