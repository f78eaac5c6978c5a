// SPDX-License-Identifier: MIT
//
// Rule L1: who could have put this file here, or could change it? The answer must be: root and the user kith runs as, nobody else.
//
// The way to the file is walked from / downwards, one open directory at a time, every symbolic link on it followed by hand. Each
// directory is checked before anything in it is looked at; so from the moment that one passes, nobody else can change what comes
// after it, and what was checked is what is there later. That is why a file that passes may be loaded by its path.
//
// - A directory on the way, and the file, belong to root or the daemon's user, and neither group nor others may write to them. (With
//   an access control list the group bits of the mode are its mask, so a user named in the list is seen here too.)
// - A sticky directory (/tmp) may stand further up, since others cannot rename what is not theirs; it may not be the
//   file's own directory, where others could add files.
// - The file is a regular one. It may be a symbolic link to a name in its own directory (versioned names), not out of it.
#pragma once

#include "core/failed_result.hpp"
#include "core/loader/fd.hpp"

#include <boost/system/result.hpp>

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace kith::core {

/// What breaks the rule, and what mends it: sentences without the full stop.
struct PathError {
    std::string reason;
    std::string remedy;
};

/// A file that passed.
struct CheckedFile {
    Fd fd;                      ///< open for reading
    std::filesystem::path path; ///< absolute, without symbolic links
};

/// `user`: whom kith runs as.
boost::system::result<CheckedFile, PathError> open_checked(const std::filesystem::path &file, uid_t user);

/// "a directory", "a named pipe" ... for a mode that is not a regular file's.
std::string_view file_type(mode_t mode);

} // namespace kith::core
