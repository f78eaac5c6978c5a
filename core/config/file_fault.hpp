// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace kith::core {

enum class FileUse : std::uint8_t { read, execute };

// Why a file that an option names (`x-kith-file`) cannot be used now, such as "Permission denied"; empty: it can. An empty function: files
// are not looked at, as when a daemon starts, whose plugins report it themselves.
using FileFault = std::function<std::string(const std::string &path, FileUse use)>;

} // namespace kith::core
