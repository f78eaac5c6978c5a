// SPDX-License-Identifier: MIT
//
// kith.state/1: some bytes of this instance that outlive the process.
#pragma once

#include "operation.hpp"
#include "service/state.h"

namespace kith {

namespace state_detail {

inline void loaded(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text, const void *data,
                   std::uint64_t size) noexcept {
    detail::self(p).enter([=] {
        finish(detail::completion<std::string>::from(user), status, text, [=] {
            return std::string(view({static_cast<const char *>(data), size}));
        });
    });
}

inline void saved(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text) noexcept {
    detail::self(p).enter([=] { finish(detail::completion<void>::from(user), status, text, [] { return result<void>(); }); });
}

inline constexpr kith_state_plugin table{.loaded = loaded, .saved = saved};

} // namespace state_detail

class state {
  public:
    static constexpr std::string_view id = KITH_STATE;

    explicit state(host h) : home_(&h.context()), table_(h.service<kith_state_host>(id)) {
        home_->provide(id, &state_detail::table);
    }

    /// KITH_NOT_FOUND if nothing was saved, KITH_UNSUPPORTED if the host stores no state.
    [[nodiscard]] auto load() const {
        return detail::operate<detail::completion<std::string>>(
            [h = home_, t = table_](std::uint64_t user, std::uint64_t *op) { return t->load(h->raw, user, op); }, *home_);
    }

    /// At most KITH_STATE_MAX bytes.
    [[nodiscard]] auto save(std::string_view bytes) const {
        return detail::operate<detail::completion<void>>(
            [h = home_, t = table_, bytes](std::uint64_t user, std::uint64_t *op) {
                return t->save(h->raw, bytes.data(), bytes.size(), user, op);
            },
            *home_);
    }

  private:
    detail::context *home_;
    const kith_state_host *table_;
};

} // namespace kith
