// SPDX-License-Identifier: MIT
//
// The sandbox of kith-plugin-host: takes away the rights of this process before a stranger's library is loaded, and some more afterwards.
// There is no way back. README.md has the calls that remain in each profile, and the answer to each call that is refused.
//
// Call both functions on the only thread of the process. Linux only. Set before what the sandbox refuses: PR_SET_PDEATHSIG, O_NONBLOCK and
// options of the socket, and an environment without secrets.
//
// What was refused is reported: the kernel answers a refused call by SIGSYS (SECCOMP_RET_TRAP), and a handler writes one line for each kind
// of call to `words_fd` (refused_call.hpp) and makes the call fail with EPERM. A handler in the process needs no second process that
// answers, as SECCOMP_RET_USER_NOTIF would, and no reader of the kernel's log, as SECCOMP_RET_LOG would. Its price: the library can remove
// the handler, which hides its calls and does not permit them, and the kernel ends the process by SIGSYS when a refused call is made while
// SIGSYS is blocked. The calls that C libraries and runtimes make in that state (those that make processes and threads, and after loading the
// opening of a file by O_RDONLY | O_CLOEXEC) fail with EPERM without a report.
#pragma once

#include "profile.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace kith::isolation {

/// What keeps files from the library.
enum class Mechanism : std::uint8_t {
    none,     ///< nothing: Profile::none
    seccomp,  ///< no file can be opened; the library is loaded from its descriptor, see trapped_calls.hpp
    landlock, ///< while it is loaded, files below the directories of the system's libraries can be read; then as with seccomp
};

struct SandboxSettings {
    Profile profile = Profile::standard;
    std::uint64_t memory_limit = 0; ///< bytes of private memory (RLIMIT_DATA); 0: none
    int socket_fd = -1;             ///< to the daemon: connected, SOCK_STREAM or SOCK_SEQPACKET, not 0, 1 or 2
    int words_fd = -1;              ///< a pipe; becomes standard output and standard error, and never blocks
    int wake_fd = -1;               ///< kept as it is, such as an eventfd; -1: none
    int library_fd = -1;            ///< the sealed copy of the library; loaded by /proc/self/fd/N or core::proc_path
    bool landlock = true;           ///< false: as on a kernel without Landlock
};

/// Closes all descriptors but the three (standard input is at its end), loads the libraries that the library needs (needed_libraries.hpp),
/// limits resources, and takes away all rights except those that loading requires. The error is a sentence for the operator; the process
/// must end then, since some rights may be gone.
boost::system::result<Mechanism, std::string> enter_before_load(const SandboxSettings &settings);

/// Takes away what only loading required: opening of files, and executable memory. Not from Profile::foreign_io, whose libraries load
/// others later. Checks that it is so. The constructors of the library have run before, with the rights of enter_before_load.
boost::system::result<void, std::string> enter_after_load(const SandboxSettings &settings);

/// The words for a report: "Landlock and seccomp".
std::string_view mechanism_text(Mechanism mechanism) noexcept;

} // namespace kith::isolation
