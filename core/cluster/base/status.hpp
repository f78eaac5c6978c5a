// SPDX-License-Identifier: MIT
//
// The result of an input: a status of kith/plugin.h and, for a failure, its explanation.
#pragma once

#include <kith/plugin.h>

#include <cstdint>
#include <string>

namespace kith::core {

struct Status {
    std::int32_t status = KITH_OK;
    std::string text;

    explicit operator bool() const { return status == KITH_OK; }
};

} // namespace kith::core
