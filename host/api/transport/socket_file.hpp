// SPDX-License-Identifier: MIT
//
// The socket in the file system. It is bound inside a private directory, given its group and mode there, and renamed into place, so that nobody
// connects before the rights are right. A socket that nobody listens on is replaced; one of a living process is not. Only one's own is removed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>

namespace kith::app {

class SocketFile {
  public:
    /// Null, and why, when it cannot be made. group: owns the socket when it is given and may be set; make_directory: the directory of the path
    /// is made when it is missing.
    static std::unique_ptr<SocketFile> make(const std::string &path, bool make_directory, std::optional<gid_t> group,
                                            std::string &why);
    ~SocketFile(); // removes it, unless another one is at its path
    SocketFile(const SocketFile &) = delete;
    SocketFile &operator=(const SocketFile &) = delete;

    /// The listening descriptor, which is the caller's to close.
    int fd() const { return fd_; }
    /// It is still what stands at its path.
    bool in_place() const;

  private:
    SocketFile() = default;
    std::string path_;
    int fd_ = -1;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

} // namespace kith::app
