// SPDX-License-Identifier: MIT
//
// A temporary directory of plugins for one test, which passes rule L1 unless the test changes it. It is removed at the end.
#pragma once

#include "core/loader/description_zygote.hpp"
#include "core/loader/library.hpp"

#include <tests/temporary_directory.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core::test {

namespace fs = std::filesystem;

class PluginFolder {
  public:
    PluginFolder() = default;
    PluginFolder(std::initializer_list<std::string_view> plugins) {
        for (const auto plugin : plugins) add(plugin);
    }

    const fs::path &path() const { return directory_.path(); }
    fs::path operator/(std::string_view name) const { return directory_ / name; }

    /// Copies a plugin of tests/bad_plugins; "reading/x" is libx.so of the subfolder.
    fs::path add(std::string_view plugin) const { return add(plugin, built(plugin).filename().native()); }
    fs::path add(std::string_view plugin, std::string_view as) const {
        fs::path to = directory_ / as;
        fs::copy_file(built(plugin), to);
        mode(to, 0644);
        return to;
    }
    fs::path write(std::string_view name, std::string_view content) const {
        fs::path to = directory_ / name;
        std::ofstream(to, std::ios::binary) << content;
        mode(to, 0644);
        return to;
    }
    fs::path directory(std::string_view name, mode_t bits = 0755) const {
        fs::path to = directory_ / name;
        fs::create_directory(to);
        mode(to, bits);
        return to;
    }

    static void mode(const fs::path &path, mode_t bits) { BOOST_REQUIRE(::chmod(path.c_str(), bits) == 0); }
    static fs::path built(std::string_view plugin) {
        const fs::path name(plugin);
        return fs::path(KITH_BAD_PLUGINS) / name.parent_path() / ("lib" + name.filename().native() + ".so");
    }

  private:
    kith::test::TemporaryDirectory directory_;
};

inline std::string content(const fs::path &file) {
    std::ifstream in(file, std::ios::binary);
    BOOST_REQUIRE_MESSAGE(in, file.native() + " cannot be read");
    return {std::istreambuf_iterator<char>(in), {}};
}

inline std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

/// Settings with the services of a host of version 1.0.
inline LoaderSettings settings() {
    LoaderSettings settings;
    for (const char *id : {"kith.log/1", "kith.options/1", "kith.node/1", "kith.clock/1", "kith.timer/1", "kith.random/1",
                           "kith.loop/1", "kith.tcp/1", "kith.file/1", "kith.env/1", "kith.state/1", "kith.metric/1",
                           "kith.discovery/1", "kith.connector/1", "kith.sink/1"})
        settings.services.emplace_back(id);
    return settings;
}

/// A ReadContext with its zygote and buffer.
struct Reader {
    Zygote zygote;
    Buffer buffer;
    PathChecker paths;
    ReadContext context{zygote, buffer, paths};
};

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

#define KITH_CHECK_CONTAINS(text, part)                                                                                        \
    BOOST_TEST(::kith::core::test::contains(text, part), "\"" << (text) << "\" lacks \"" << (part) << "\"")

/// A precondition of tests: only root can give a file to another user.
inline boost::test_tools::assertion_result as_root(boost::unit_test::test_unit_id) {
    boost::test_tools::assertion_result result(::geteuid() == 0);
    if (!result) result.message() << "only root can give a file to another user";
    return result;
}

} // namespace kith::core::test
