// SPDX-License-Identifier: MIT
#include "process_figures.hpp"

#include <cstdio>
#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

namespace kith::app {

ProcessFigures process_figures() {
    ProcessFigures figures;
    rusage usage{};
    if (::getrusage(RUSAGE_SELF, &usage) == 0) {
        const auto seconds = [](const timeval &time) {
            return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
        };
        figures.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    }
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) figures.max_fds = static_cast<double>(limit.rlim_cur);
    if (std::FILE *file = std::fopen("/proc/self/statm", "re"); file != nullptr) {
        long size = 0, resident = 0;
        const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
        if (std::fscanf(file, "%ld %ld", &size, &resident) == 2) {
            figures.virtual_bytes = static_cast<double>(size) * page;
            figures.resident_bytes = static_cast<double>(resident) * page;
        }
        std::fclose(file);
    }
    if (DIR *fds = ::opendir("/proc/self/fd"); fds != nullptr) {
        while (const dirent *entry = ::readdir(fds)) {
            if (entry->d_name[0] != '.') ++figures.open_fds;
        }
        --figures.open_fds; // the one that reads this directory
        ::closedir(fds);
    }
    return figures;
}

} // namespace kith::app
