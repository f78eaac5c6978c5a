// SPDX-License-Identifier: MIT
//
// The cost of one line of the log, from the call to the return of the system call.
#include "figures.hpp"

#include <host/log/stderr_log.hpp>
#include <kith/service/log.h>

#include <array>
#include <fcntl.h>

using namespace kith::app;

namespace {

kith_str str(std::string_view text) { return {text.data(), text.size()}; }

// Lines without repetition, so each is written; their size is that of a typical event.
void lines(const std::string &name, bool json, const char *target) {
    constexpr int each = 2000;
    int number = 0;
    StderrLog log({.json = json}, KITH_LOG_INFO);
    kith::bench::figure(name, 21, each, target, [&] {
        for (int i = 0; i < each; ++i, ++number) {
            const std::string message = "could not connect " + std::to_string(number / 200);
            const std::string peer = "application-" + std::to_string(number / 5) + "@10.0.0.7";
            const std::array<kith_attribute, 4> fields = {{{str("topology"), str("example")},
                                                           {str("connector"), str("beam")},
                                                           {str("peer"), str(peer)},
                                                           {str("reason"), str("10.0.0.7 port 4369: Connection refused")}}};
            log.write(KITH_LOG_WARNING, {}, message, fields);
        }
    });
}

} // namespace

int main() {
    const int out = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    const int before = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    ::dup2(out, STDERR_FILENO);
    lines("a line of the log, text, to /dev/null", false, "");
    lines("a line of the log, JSON, to /dev/null", true, "");
    {
        kith::bench::Sink sink;
        ::dup2(sink.write_end, STDERR_FILENO);
        ::close(sink.write_end);
        lines("a line of the log, text, to a pipe", false, "");
        lines("a line of the log, JSON, to a pipe", true, "");
        ::dup2(before, STDERR_FILENO);
    }
}
