// SPDX-License-Identifier: MIT
//
// The C headers of the ABI as text, for the tests that read them.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace kith::test {

inline std::string read(const std::filesystem::path &path) {
    std::ifstream in(path);
    if (!in) throw std::runtime_error(path.string() + " cannot be read");
    std::stringstream out;
    out << in.rdbuf();
    return out.str();
}

inline std::vector<std::filesystem::path> headers() {
    const std::filesystem::path base = KITH_SOURCE_DIR "/sdk/include/kith";
    std::vector<std::filesystem::path> out{base / "plugin.h"};
    for (const auto &entry : std::filesystem::directory_iterator(base / "service")) {
        if (entry.path().extension() == ".h") out.push_back(entry.path());
    }
    return out;
}

/// Those of services that are not frozen.
inline std::vector<std::filesystem::path> drafts() {
    std::vector<std::filesystem::path> out;
    std::error_code none; // there are not always some
    const std::filesystem::path folder = KITH_SOURCE_DIR "/sdk/include/kith/service/draft";
    for (const auto &entry : std::filesystem::directory_iterator(folder, none)) out.push_back(entry.path());
    return out;
}

} // namespace kith::test
