// SPDX-License-Identifier: MIT
#include "process_limits.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

namespace kith::isolation {

namespace {

bool limit(__rlimit_resource_t resource, std::uint64_t value) noexcept {
    rlimit now{};
    if (::getrlimit(resource, &now) != 0) return false;
    const rlim_t most = std::min<rlim_t>(value, now.rlim_max); // never raises a limit
    const rlimit lower{most, most};
    return ::setrlimit(resource, &lower) == 0;
}

void close_between(unsigned first, unsigned last) noexcept {
    if (first > last || ::close_range(first, last, 0) == 0) return;
    rlimit open{}; // Linux before 5.9
    ::getrlimit(RLIMIT_NOFILE, &open);
    for (rlim_t i = first; i <= last && i < open.rlim_cur; ++i) ::close(static_cast<int>(i));
}

} // namespace

void close_other_descriptors(std::initializer_list<int> kept) noexcept {
    unsigned next = 0;
    while (true) {
        unsigned nearest = ~0U; // the first kept one from `next` on; negative ones are beyond all others
        for (const int one : kept)
            if (one >= 0 && static_cast<unsigned>(one) >= next) nearest = std::min(nearest, static_cast<unsigned>(one));
        if (nearest == ~0U) return close_between(next, ~0U);
        if (nearest != 0) close_between(next, nearest - 1);
        next = nearest + 1;
    }
}

bool limit_memory(std::uint64_t bytes) noexcept { return bytes == 0 || limit(RLIMIT_DATA, bytes); }

bool limit_resources(std::uint64_t descriptors) noexcept {
    constexpr std::uint64_t stack = 8U << 20U; // RLIMIT_DATA does not count the stack
    return limit(RLIMIT_NOFILE, descriptors) && limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_MEMLOCK, 0) &&
           limit(RLIMIT_MSGQUEUE, 0) && limit(RLIMIT_CORE, 0) && limit(RLIMIT_STACK, stack);
}

bool drop_privileges() noexcept {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    return ::syscall(SYS_capset, &header, none) == 0 && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

} // namespace kith::isolation
