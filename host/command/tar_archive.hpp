// SPDX-License-Identifier: MIT
//
// A tar archive (POSIX ustar) of a few texts, in memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kith::app {

class TarArchive {
  public:
    /// modified: seconds since 1970, of all files.
    explicit TarArchive(std::int64_t modified) : modified_(modified) {}
    /// path: at most 99 bytes.
    void add(std::string_view path, std::string_view content);
    /// The whole archive; the object is used up.
    std::string finish();

  private:
    std::int64_t modified_;
    std::string bytes_;
};

} // namespace kith::app
