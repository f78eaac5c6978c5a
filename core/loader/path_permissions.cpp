// SPDX-License-Identifier: MIT
#include "core/loader/path_permissions.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <deque>
#include <optional>

namespace kith::core {

namespace fs = std::filesystem;

namespace {

// The limit of the kernel.
constexpr int max_links = 40;

std::string octal(mode_t mode) {
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "%04o", static_cast<unsigned>(mode & 07777));
    return text.data();
}

PathError unreadable(const fs::path &path, int error) {
    const std::string what = std::strerror(error);
    if (error == ENOENT)
        return {path.native() + " does not exist", "create it, or remove the link or the setting that refers to it"};
    if (error == EACCES) return {path.native() + " is not readable for the user of kith", "chmod a+rX " + path.native()};
    return {path.native() + " cannot be opened: " + what, "examine it: ls -ld " + path.native()};
}

// Walks a path from / to a file.
class PathWalk {
  public:
    explicit PathWalk(uid_t user) : user_(user) {}

    // Continues from the current directory; `path` may be absolute. to_file: the last name may be a file.
    std::optional<PathError> go(const fs::path &path, bool to_file) {
        std::deque<std::string> names;
        asked_ = path.filename();
        if (auto fault = prepend(path, names)) return fault;
        while (!names.empty()) {
            const std::string name = std::move(names.front());
            names.pop_front();
            if (name.empty() || name == ".") continue;
            if (auto fault = step(name, names, to_file && names.empty())) return fault;
        }
        return std::nullopt;
    }

    // Whether other users can add files to the current directory.
    std::optional<PathError> check_own_directory() const {
        if ((here_mode_ & (S_IWGRP | S_IWOTH)) == 0) return std::nullopt;
        return writable("its directory " + real_.native(), real_, here_mode_);
    }

    // Opens a file of the current directory, which the caller has checked.
    boost::system::result<CheckedFile, PathError> open(const fs::path &absolute) {
        const fs::path directory = real_;
        const auto fault = go(absolute.filename(), true);
        if (real_ != directory) {
            std::error_code ignored;
            return PathError{"it is a symbolic link to another directory: " + fs::read_symlink(absolute, ignored).native(),
                             "put the file itself into " + directory.native()};
        }
        if (fault) return *fault;
        if (file_.empty()) return PathError{"it is a symbolic link to a directory", "remove it: " + absolute.native()};
        return open_file();
    }

  private:
    boost::system::result<CheckedFile, PathError> open_file() const {
        // No other user can have changed the directory since; O_NOFOLLOW and O_NONBLOCK guard against changes by root or the user of kith.
        Fd fd(::openat(here_->get(), file_.filename().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        if (!fd) return unreadable(file_, errno);
        return CheckedFile{std::move(fd), file_};
    }

    static PathError writable(const std::string &what, const fs::path &path, mode_t mode) {
        const bool group = (mode & S_IWGRP) != 0, others = (mode & S_IWOTH) != 0;
        const std::string who = group && others ? "its group and others" : group ? "its group" : "others";
        const std::string change = group && others ? "go-w" : group ? "g-w" : "o-w";
        return {what + " is writable for " + who + " (mode " + octal(mode) + ")", "chmod " + change + " " + path.native()};
    }

    std::optional<PathError> check_owner(const struct stat &status, const std::string &what, const fs::path &path) const {
        if (status.st_uid == 0 || status.st_uid == user_) return std::nullopt;
        const std::string allowed =
            user_ == 0 ? "root, the user of kith" : "root or uid " + std::to_string(user_) + ", the user of kith";
        return PathError{what + " belongs to uid " + std::to_string(status.st_uid) + ", not to " + allowed,
                         "chown -h root " + path.native()};
    }

    std::optional<PathError> enter_root() {
        here_ = std::make_shared<const Fd>(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
        real_ = "/";
        struct stat status {};
        if (!*here_ || ::fstat(here_->get(), &status) != 0) return unreadable(real_, errno);
        return check_directory(status);
    }

    // Checks the directory `real_`, which was just opened.
    std::optional<PathError> check_directory(const struct stat &status) {
        here_mode_ = status.st_mode;
        const std::string what = "the directory " + real_.native() + " on its path";
        if (auto fault = check_owner(status, what, real_)) return fault;
        const bool sticky = (status.st_mode & S_ISVTX) != 0;
        if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0 && !sticky) return writable(what, real_, status.st_mode);
        return std::nullopt;
    }

    std::optional<PathError> prepend(const fs::path &path, std::deque<std::string> &names) {
        if (path.is_absolute() || !here_)
            if (auto fault = enter_root()) return fault;
        std::deque<std::string> front;
        for (const auto &part : path.relative_path()) front.push_back(part.native());
        names.insert(names.begin(), front.begin(), front.end());
        return std::nullopt;
    }

    std::optional<PathError> step(const std::string &name, std::deque<std::string> &names, bool to_file) {
        const fs::path path = name == ".." ? real_.parent_path() : real_ / name;
        Fd next(::openat(here_->get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
        struct stat status {};
        if (!next || ::fstat(next.get(), &status) != 0) return unreadable(path, errno);
        if (S_ISLNK(status.st_mode)) return follow(next, status, path, names);
        if (S_ISDIR(status.st_mode) && !to_file) {
            here_ = std::make_shared<const Fd>(std::move(next));
            real_ = path;
            return check_directory(status);
        }
        if (!to_file) return PathError{path.native() + " is not a directory", "correct the path"};
        file_ = path;
        if (!S_ISREG(status.st_mode))
            return PathError{"it is " + std::string(file_type(status.st_mode)) + ", not a regular file",
                             "remove it from the directory: " + path.native()};
        const std::string what = name == asked_ ? "it" : path.native();
        if (auto fault = check_owner(status, what, path)) return fault;
        if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) return writable(what, path, status.st_mode);
        return std::nullopt;
    }

    std::optional<PathError> follow(const Fd &link, const struct stat &status, const fs::path &path,
                                    std::deque<std::string> &names) {
        if (auto fault = check_owner(status, "the symbolic link " + path.native(), path)) return fault;
        if (++links_ > max_links)
            return PathError{path.native() + " contains too many symbolic links", "remove the loop of links"};
        std::array<char, PATH_MAX> target{};
        const ssize_t size = ::readlinkat(link.get(), "", target.data(), target.size() - 1);
        if (size <= 0) return unreadable(path, errno);
        return prepend(fs::path(std::string(target.data(), static_cast<std::size_t>(size))), names);
    }

    uid_t user_;
    std::shared_ptr<const Fd> here_; // the current directory; shared, because a walk is copied
    fs::path real_;                  // its path
    mode_t here_mode_ = 0;           // its mode
    fs::path file_;                  // the file at the end of the path
    std::string asked_;              // the last name of the requested path
    int links_ = 0;
};

} // namespace

std::string_view file_type(mode_t mode) {
    switch (mode & S_IFMT) {
    case S_IFDIR: return "a directory";
    case S_IFIFO: return "a named pipe";
    case S_IFSOCK: return "a socket";
    case S_IFBLK:
    case S_IFCHR: return "a device";
    case S_IFLNK: return "a symbolic link";
    default: return "something else";
    }
}

struct PathChecker::Directory {
    fs::path path;
    PathWalk walk;
};

PathChecker::PathChecker() = default;
PathChecker::~PathChecker() = default;

boost::system::result<CheckedFile, PathError> PathChecker::open(const fs::path &file, uid_t user) {
    std::error_code failure;
    const fs::path absolute = fs::absolute(file, failure);
    if (failure)
        return PathError{file.native() + " cannot be made an absolute path: " + failure.message(), "give an absolute path"};
    if (!last_ || last_->path != absolute.parent_path()) {
        last_.reset();
        PathWalk walk(user);
        if (auto fault = walk.go(absolute.parent_path(), false)) return *std::move(fault);
        if (auto fault = walk.check_own_directory()) return *std::move(fault);
        last_ = std::make_unique<Directory>(Directory{absolute.parent_path(), std::move(walk)});
    }
    return PathWalk(last_->walk).open(absolute);
}

} // namespace kith::core
