// SPDX-License-Identifier: MIT
//
// The libraries that a plugin needs (DT_NEEDED, and what those need) are loaded before the sandbox, so that their constructors can read
// what they want; so is OpenSSL's libcrypto for a plugin that opens it by kith/libcrypto.hpp. They are the system's: each is a file of root in a directory of the dynamic linker, by rule L1. A library that lies beside
// the plugin is a stranger's too, and is not loaded: the plugin must contain it.
#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <vector>

namespace kith::isolation {

/// The directories that the dynamic linker searches for every program.
std::vector<std::string> library_directories();

/// Loads what the library in this descriptor needs and the process does not have yet. The error names the missing or refused file, and
/// what to do.
boost::system::result<void, std::string> load_needed_libraries(int library);

} // namespace kith::isolation
