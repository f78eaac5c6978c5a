// SPDX-License-Identifier: MIT
#include "peer_rights.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <sys/socket.h>

namespace kith::app {

namespace {

std::optional<gid_t> number(std::string_view text) {
    gid_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

unsigned overflow_id(const char *file) {
    std::ifstream in(file);
    unsigned id = 65534;
    return in >> id ? id : 65534;
}

} // namespace

std::optional<gid_t> group_id(std::string_view name, std::string_view etc_group) {
    if (const auto id = number(name)) return id;
    while (!etc_group.empty()) {
        const std::size_t end = std::min(etc_group.find('\n'), etc_group.size());
        std::string_view line = etc_group.substr(0, end);
        etc_group.remove_prefix(std::min(end + 1, etc_group.size()));
        if (!line.starts_with(name) || line.size() == name.size() || line[name.size()] != ':') continue;
        line.remove_prefix(name.size() + 1);
        const std::size_t password = line.find(':');
        if (password == std::string_view::npos) continue;
        line.remove_prefix(password + 1);
        return number(line.substr(0, line.find(':')));
    }
    return std::nullopt;
}

std::optional<gid_t> group_id(std::string_view name) {
    std::ifstream in("/etc/group", std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    return group_id(name, text);
}

PeerIdentity identity_of(int fd) {
    PeerIdentity peer;
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return peer;
    peer.uid = credentials.uid;
    peer.groups.resize(32);
    for (int tries = 0; tries < 3; ++tries) {
        size = static_cast<socklen_t>(peer.groups.size() * sizeof(gid_t));
        if (::getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, peer.groups.data(), &size) == 0) {
            peer.groups.resize(size / sizeof(gid_t));
            break;
        }
        peer.groups.resize(errno == ERANGE ? size / sizeof(gid_t) : 0);
        if (peer.groups.empty()) break;
    }
    peer.groups.insert(peer.groups.begin(), credentials.gid);
    return peer;
}

OverflowIds overflow_ids() {
    return {overflow_id("/proc/sys/kernel/overflowuid"), overflow_id("/proc/sys/kernel/overflowgid")};
}

Right right_of(const PeerIdentity &peer, uid_t daemon, std::optional<gid_t> control, const OverflowIds &overflow) {
    const bool known = peer.uid != overflow.uid && peer.uid != static_cast<uid_t>(-1);
    if (known && (peer.uid == 0 || peer.uid == daemon)) return Right::control;
    if (!control || *control == overflow.gid || *control == static_cast<gid_t>(-1)) return Right::read;
    const bool member = std::find(peer.groups.begin(), peer.groups.end(), *control) != peer.groups.end();
    return member ? Right::control : Right::read;
}

} // namespace kith::app
