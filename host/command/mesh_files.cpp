// SPDX-License-Identifier: MIT
#include "mesh.hpp"

#include "command_line.hpp"

#include <core/file_descriptor.hpp>
#include <host/world/tls/tls_library_loader.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kith::app {

namespace fs = std::filesystem;

namespace {

constexpr int authority_days = 3'650, member_days = 365;

bool is_of(const std::string &text, std::string_view besides, std::size_t most) {
    return !text.empty() && text.size() <= most && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               besides.find(c) != std::string_view::npos;
    });
}

// Names become parts of file names and of a URI.
bool is_member_name(const std::string &name) { return is_of(name, "@._-", 200) && name.front() != '.' && name.front() != '-'; }

int failed(const std::string &what) {
    std::cerr << "kith mesh certs: " << what << '\n';
    return exit_unreachable;
}

// With a mode from its first byte on. Empty, or why not.
std::string write_file(const fs::path &path, const std::string &text, mode_t mode, bool overwrite) {
    const fs::path beside = path.string() + ".new";
    ::unlink(beside.c_str());
    core::Fd file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
    const auto error = [&] {
        std::string why = path.string() + " cannot be written: " + std::strerror(errno);
        ::unlink(beside.c_str());
        return why;
    };
    if (file.get() < 0) return error();
    if (::fchmod(file.get(), mode) != 0) return error();
    for (std::string_view rest = text; !rest.empty();) {
        const ssize_t written = ::write(file.get(), rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return error();
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(file.get()) != 0) return error();
    // link() replaces nothing, rename() does.
    if (overwrite ? ::rename(beside.c_str(), path.c_str()) != 0 : ::link(beside.c_str(), path.c_str()) != 0) return error();
    ::unlink(beside.c_str());
    return {};
}

std::string read_file(const fs::path &path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

bool is_there(const fs::path &path) {
    std::error_code ignored;
    return fs::symlink_status(path, ignored).type() != fs::file_type::not_found;
}

// The authority in the directory, or a new one. Empty, or why not.
std::string have_authority(const TlsEntry &library, const fs::path &directory, const std::string &cluster, TlsPem &authority) {
    const fs::path certificate = directory / "ca.pem", key = directory / "ca.key";
    const bool has_certificate = is_there(certificate), has_key = is_there(key);
    if (has_certificate != has_key) {
        return (has_key ? key : certificate).string() + " is there, and " + (has_key ? certificate : key).string() +
               " is not: bring the other one, or begin in another directory";
    }
    if (has_key) {
        authority = {read_file(certificate), read_file(key)};
        if (authority.certificate.empty() || authority.key.empty())
            return key.string() + " or " + certificate.string() + " cannot be read";
        std::cout << "authority " << certificate.string() << " is there, and signs\n";
        return {};
    }
    std::string why;
    if (!library.make({.common_name = "kith mesh " + cluster, .days = authority_days}, nullptr, authority, why)) return why;
    if (why = write_file(key, authority.key, 0600, false); !why.empty()) return why;
    if (why = write_file(certificate, authority.certificate, 0644, false); !why.empty()) return why;
    std::cout << "authority " << certificate.string() << " and its key " << key.string() << ", for 10 years\n";
    return {};
}

} // namespace

int mesh_certs(const std::vector<std::string> &names, const std::string &cluster, const std::string &directory, bool renew) {
    if (names.empty()) return usage_error("mesh certs", "the names of members are expected, such as a@10.0.0.7");
    if (!is_of(cluster, "._-", 64))
        return usage_error("mesh certs",
                           "--cluster is expected: 1 to 64 letters, digits, `.`, `_` and `-`, as in the connector's options");
    for (const std::string &name : names) {
        if (!is_member_name(name) || name == "ca")
            return usage_error("mesh certs",
                               "`" + name + "` is no name of a member: letters, digits, `@`, `.`, `_` and `-` are expected");
    }
    const fs::path here = directory.empty() ? "." : directory;
    for (const std::string &name : names) {
        for (const char *ending : {".pem", ".key"}) {
            if (!renew && is_there(here / (name + ending)))
                return failed((here / (name + ending)).string() + " is there already; --renew makes it anew");
        }
    }
    std::error_code error;
    if (!fs::is_directory(here, error)) return failed(here.string() + " is no directory; make it first, readable by you alone");
    TlsFailure failure;
    const TlsEntry *library = tls_library({}, failure);
    if (library == nullptr) return failed(failure.text);
    TlsPem authority;
    if (const std::string why = have_authority(*library, here, cluster, authority); !why.empty()) return failed(why);
    const std::string scope = "kith://" + cluster + '/';
    for (const std::string &name : names) {
        TlsPem made;
        std::string why;
        if (!library->make({.common_name = name, .uri = scope + name, .days = member_days}, &authority, made, why))
            return failed(std::string("for ").append(name).append(": ").append(why));
        if (why = write_file(here / (name + ".key"), made.key, 0600, renew); !why.empty()) return failed(why);
        if (why = write_file(here / (name + ".pem"), made.certificate, 0644, renew); !why.empty()) return failed(why);
        std::cout << name << "  " << (here / (name + ".pem")).string() << "  " << (here / (name + ".key")).string()
                  << "  for a year\n";
    }
    return exit_ok;
}

int mesh_key() {
    unsigned char bytes[32];
    if (::getrandom(bytes, sizeof bytes, 0) != static_cast<ssize_t>(sizeof bytes)) {
        std::cerr << "kith mesh key: the kernel has no random bytes\n";
        return exit_unreachable;
    }
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : bytes) {
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    std::cout << text << '\n';
    return std::cout ? exit_ok : exit_unreachable;
}

} // namespace kith::app
