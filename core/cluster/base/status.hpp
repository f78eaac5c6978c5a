// SPDX-License-Identifier: MIT
//
// What an input that can be refused answers: a status of kith/plugin.h and, for a failure, the sentence that explains it.
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
