// SPDX-License-Identifier: MIT
//
// Reads and atomically replaces whole files, with size limits, for kith.file/1 and kith.state/1. Blocking: to be called on a
// worker thread.
#pragma once

#include <kith/service/file.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace kith::app {

struct Contents {
    std::int32_t status = KITH_OK;
    std::string text; ///< reason of a failure
    std::string data;
    kith_file_info info{};
};

Contents read_whole(const std::string &path, std::uint64_t max);

/// The result of a write; `text` is empty on success.
struct Written {
    std::int32_t status = KITH_OK;
    std::string text;
};

Written replace_whole(const std::string &path, std::string_view data, std::uint32_t mode);

/// kith_file_info.version of the present file; 0: there is none.
std::uint64_t version_of(const std::string &path);

} // namespace kith::app
