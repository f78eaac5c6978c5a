// SPDX-License-Identifier: MIT
#include "tenant_resources.hpp"

#include <kith/service/random.h>

#include <cerrno>
#include <cstdlib>
#include <sys/random.h>

namespace kith::app {

namespace {

constexpr kith_random_host random_functions = {
    .fill =
        [](const kith_host *, void *out, std::uint64_t size) noexcept {
            auto *bytes = static_cast<unsigned char *>(out);
            while (size != 0) {
                const ssize_t got = ::getrandom(bytes, size, 0);
                if (got < 0 && errno == EINTR) continue;
                if (got < 0) std::abort(); // the kernel does not support it; continuing with weak keys is not acceptable
                bytes += got;
                size -= static_cast<std::uint64_t>(got);
            }
        },
};

} // namespace

const void *random_table() noexcept { return &random_functions; }

} // namespace kith::app
