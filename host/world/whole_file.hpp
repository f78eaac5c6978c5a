// SPDX-License-Identifier: MIT
//
// Files as the services file and state use them: whole, with limits, replaced in one step. Blocking: for a worker.
#pragma once

#include <kith/service/file.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace kith::app {

struct Contents {
    std::int32_t status = KITH_OK;
    std::string text; ///< why not
    std::string data;
    kith_file_info info{};
};

Contents read_whole(const std::string &path, std::uint64_t max);

/// Nothing in `text` when it was written.
struct Written {
    std::int32_t status = KITH_OK;
    std::string text;
};

Written replace_whole(const std::string &path, std::string_view data, std::uint32_t mode);

/// kith_file_info.version of what is there now; 0: nothing.
std::uint64_t version_of(const std::string &path);

} // namespace kith::app
