// SPDX-License-Identifier: MIT
//
// The two seccomp filters. Both apply to all threads, and require no_new_privs. A call that is refused raises SIGSYS, which
// trapped_calls.hpp handles; those that make processes fail with EPERM (clone3 with ENOSYS, after which the C library uses clone). A call
// of another architecture's table ends the process.
#pragma once

#include "sandbox.hpp"

namespace kith::isolation {

/// Permits the calls of the profile and nothing else. For loading, files can be opened for reading if `open_files`, and files can be
/// mapped for execution.
boost::system::result<void, std::string> filter_calls(Profile profile, bool open_files);

/// Takes away what only loading requires, and further filters.
boost::system::result<void, std::string> filter_calls_after_load(Profile profile);

} // namespace kith::isolation
