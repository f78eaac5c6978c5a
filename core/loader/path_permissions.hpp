// SPDX-License-Identifier: MIT
//
// Rule L1: only root and the user of kith can have written this file, or can change it.
//
// The path is opened from / downwards, one directory at a time; symbolic links are resolved here. Each directory is checked before
// anything in it is opened. So once a directory has passed, no other user can change what follows, and a file that has passed can be
// loaded by its path.
//
// - The directories of the path, and the file, belong to root or the user of kith, and neither group nor others can write to them. (With an
//   access control list the group bits of the mode are its mask, so a user in the list is detected, too.)
// - A sticky directory such as /tmp is allowed further up, since users cannot rename files of others in it. It is not allowed as the
// file's own
//   directory, where others could add files.
// - The file is a regular file. It may be a symbolic link to a name in its own directory (versioned names), not to another directory.
#pragma once

#include "core/abort_on_failed_result.hpp"
#include "core/file_descriptor.hpp"

#include <boost/system/result.hpp>

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>

namespace kith::core {

/// The violation and its remedy: sentences without the full stop.
struct PathError {
    std::string reason;
    std::string remedy;
};

/// A file that has passed the checks.
struct CheckedFile {
    Fd fd;                      ///< open for reading
    std::filesystem::path path; ///< absolute, without symbolic links
};

/// Opens files, usually of one directory after another, which is checked once: while it keeps its name, no other user can change what it
/// contains. Since a name can be given to another directory, an object lives as long as one pass over the files.
class PathChecker {
  public:
    PathChecker();
    ~PathChecker();

    /// Checks the path and opens the file. user: the user of kith, the same in all calls.
    boost::system::result<CheckedFile, PathError> open(const std::filesystem::path &file, uid_t user);

  private:
    struct Directory;
    std::unique_ptr<Directory> last_;
};

/// A name such as "a directory" or "a named pipe" for a mode of a file that is not regular.
std::string_view file_type(mode_t mode);

} // namespace kith::core
