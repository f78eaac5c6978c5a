// SPDX-License-Identifier: MIT
#include "landlock.hpp"

#include <core/file_descriptor.hpp>

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace kith::isolation {

namespace {

// struct landlock_ruleset_attr as of version 6. The kernel gets its size, so that it can be longer than the header's.
struct Ruleset {
    std::uint64_t files, ports, scopes;
};

// The rights that each version has added: the first number of them.
constexpr int file_rights_of_version[] = {13, 14, 15, 15, 16};
constexpr int version_with_ports = 4, version_with_scopes = 6;
constexpr std::uint64_t bind_and_connect = 3, unix_sockets_and_signals = 3;

Ruleset everything(int version, bool network) noexcept {
    const int rights = file_rights_of_version[std::min<std::size_t>(static_cast<std::size_t>(version), 5) - 1];
    return {.files = (std::uint64_t{1} << rights) - 1,
            .ports = version >= version_with_ports && !network ? bind_and_connect : 0,
            .scopes = version >= version_with_scopes ? unix_sockets_and_signals : 0};
}

std::size_t size_for(int version) noexcept {
    if (version >= version_with_scopes) return sizeof(Ruleset);
    return version >= version_with_ports ? offsetof(Ruleset, scopes) : offsetof(Ruleset, ports);
}

std::string failed(const char *what) { return std::string(what) + ": " + std::strerror(errno); }

} // namespace

int landlock_version() noexcept {
    const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return version > 0 ? static_cast<int>(version) : 0;
}

boost::system::result<void, std::string> restrict_by_landlock(std::span<const std::string> readable, bool network) {
    const int version = landlock_version();
    const Ruleset attributes = everything(version, network);
    const core::Fd rules(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size_for(version), 0)));
    if (!rules) return failed("landlock_create_ruleset");
    for (const std::string &path : readable) {
        const core::Fd directory(::open(path.c_str(), O_PATH | O_CLOEXEC));
        if (!directory && errno == ENOENT) continue;
        if (!directory) return failed(path.c_str());
        const landlock_path_beneath_attr beneath{.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
                                                 .parent_fd = directory.get()};
        if (::syscall(SYS_landlock_add_rule, rules.get(), LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) != 0)
            return failed("landlock_add_rule");
    }
    if (::syscall(SYS_landlock_restrict_self, rules.get(), 0) != 0) return failed("landlock_restrict_self");
    return {};
}

} // namespace kith::isolation
