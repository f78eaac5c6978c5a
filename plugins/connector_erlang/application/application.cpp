// SPDX-License-Identifier: MIT
#include "application.hpp"

#include "ejabberd.hpp"
#include "partisan.hpp"
#include "rabbitmq.hpp"

#include <array>

namespace kith::erlang {

const Application *find_application(std::string_view id) noexcept {
    static constexpr std::array<const Application *, 4> all{&rabbitmq, &ejabberd, &partisan, &partisan_hyparview};
    for (const Application *one : all)
        if (one->id == id) return one;
    return nullptr;
}

} // namespace kith::erlang
