// SPDX-License-Identifier: MIT
//
// CPU time of this thread for each operation, in the format of tests/bench/run: name, median, unit, n, target, ratio; separated by tabs.
#pragma once

#include <algorithm>
#include <cstdio>
#include <string>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vector>

namespace kith::bench {

inline double cpu_us() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return 1e6 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_nsec);
}

/// run() performs `each` operations. Returns the median cost of one in microseconds.
template <class Run>
void figure(const std::string &name, int samples, int each, const char *target, Run run) {
    std::vector<double> costs;
    for (int i = 0; i < samples + 1; ++i) {
        const double begin = cpu_us();
        run();
        if (i != 0) costs.push_back((cpu_us() - begin) / each); // the first warms up
    }
    std::sort(costs.begin(), costs.end());
    std::printf("%s\t%.2f\tus\t%d\t%s\t\n", name.c_str(), costs[costs.size() / 2], samples, target);
    std::fflush(stdout);
}

/// Returns the writing end of a pipe whose reader is a process that reads everything.
class Sink {
  public:
    Sink() {
        int ends[2];
        if (::pipe(ends) != 0 || (reader_ = ::fork()) < 0) std::abort();
        if (reader_ == 0) {
            static char chunk[1 << 16];
            ::close(ends[1]);
            while (::read(ends[0], chunk, sizeof chunk) > 0) {
            }
            ::_exit(0);
        }
        ::close(ends[0]);
        write_end = ends[1];
    }
    ~Sink() { ::waitpid(reader_, nullptr, 0); } // after all writing ends are closed
    Sink(const Sink &) = delete;
    Sink &operator=(const Sink &) = delete;

    int write_end = -1;

  private:
    pid_t reader_ = 0;
};

} // namespace kith::bench
