// SPDX-License-Identifier: MIT
#include "core/loader/description_cache.hpp"

#include "core/loader/file_bytes.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

namespace kith::core {

namespace {

constexpr off_t max_description = off_t{64} << 20;

std::string file_of(const std::string &state_dir, std::string_view sha256) {
    return state_dir + "/plugin." + std::string(sha256) + ".description";
}

} // namespace

std::string load_cached_description(const std::string &state_dir, std::string_view sha256) {
    if (state_dir.empty()) return {};
    const auto file = open_regular(file_of(state_dir, sha256));
    struct stat status {};
    if (!file || ::fstat(file->get(), &status) != 0) return {};
    const bool safe = (status.st_uid == 0 || status.st_uid == ::geteuid()) && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
    if (!safe || status.st_size > max_description) return {};
    std::string result(static_cast<std::size_t>(status.st_size), '\0');
    const ssize_t size = ::pread(file->get(), result.data(), result.size(), 0);
    return size == status.st_size ? result : std::string();
}

void store_cached_description(const std::string &state_dir, std::string_view sha256, std::string_view packed) {
    if (state_dir.empty()) return;
    const std::string path = file_of(state_dir, sha256);
    const std::string part = path + "." + std::to_string(::getpid());
    const Fd file(::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file) return;
    const bool whole = ::write(file.get(), packed.data(), packed.size()) == static_cast<ssize_t>(packed.size());
    if (!whole || std::rename(part.c_str(), path.c_str()) != 0) ::unlink(part.c_str());
}

} // namespace kith::core
