// SPDX-License-Identifier: MIT
#include "route.hpp"

#include "netlink.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>

namespace kith::app {

namespace {

struct Question {
    nlmsghdr header;
    rtmsg route;
    rtattr destination;
    std::byte bytes[16];
};

ssize_t ask(const Question &question, void *answer, std::size_t size) {
    const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) return -1;
    // The kernel answers within the call.
    ssize_t got = ::send(fd, &question, question.header.nlmsg_len, 0);
    if (got >= 0) got = ::recv(fd, answer, size, MSG_DONTWAIT);
    const int error = errno;
    ::close(fd);
    errno = error;
    return got;
}

} // namespace

unsigned route_to(const address &to, int &error) {
    const std::size_t length = to.is_ipv6() ? 16 : 4;
    Question question{};
    question.header.nlmsg_len = static_cast<std::uint32_t>(offsetof(Question, bytes) + length);
    question.header.nlmsg_type = RTM_GETROUTE;
    question.header.nlmsg_flags = NLM_F_REQUEST;
    question.route.rtm_family = to.is_ipv6() ? AF_INET6 : AF_INET;
    question.route.rtm_dst_len = static_cast<unsigned char>(length * 8);
    question.destination.rta_type = RTA_DST;
    question.destination.rta_len = static_cast<unsigned short>(RTA_LENGTH(length));
    std::memcpy(question.bytes, to.raw().bytes, length);

    std::byte answer[4096];
    const ssize_t got = ask(question, answer, sizeof answer);
    error = got < 0 ? errno : ENETUNREACH;
    Bytes row(answer, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    const auto message = next_message(row);
    if (!message) return 0;
    const auto &[header, body] = *message;
    if (header.nlmsg_type == NLMSG_ERROR) {
        if (const auto refused = peek<nlmsgerr>(body)) error = -refused->error;
        return 0;
    }
    if (header.nlmsg_type != RTM_NEWROUTE || body.size() < sizeof(rtmsg)) return 0;
    Bytes attributes = body.subspan(NLMSG_ALIGN(sizeof(rtmsg)));
    while (const auto one = next_attribute(attributes)) {
        const auto index = one->first.rta_type == RTA_OIF ? peek<unsigned>(one->second) : std::nullopt;
        if (!index) continue;
        error = 0;
        return *index;
    }
    return 0;
}

} // namespace kith::app
