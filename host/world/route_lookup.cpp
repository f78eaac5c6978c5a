// SPDX-License-Identifier: MIT
#include "route_lookup.hpp"

#include "netlink_messages.hpp"

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
    // The kernel replies synchronously.
    ssize_t got = ::send(fd, &question, question.header.nlmsg_len, 0);
    if (got >= 0) got = ::recv(fd, answer, size, MSG_DONTWAIT);
    const int error = errno;
    ::close(fd);
    errno = error;
    return got;
}

} // namespace

Route route_to(const address &to) {
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
    if (got < 0) return {.index = 0, .error = errno, .asked = false};
    Route out{.index = 0, .error = ENETUNREACH, .asked = true};
    Bytes row(answer, static_cast<std::size_t>(got));
    const auto message = next_message(row);
    if (!message) return out;
    const auto &[header, body] = *message;
    if (header.nlmsg_type == NLMSG_ERROR) {
        if (const auto refused = peek<nlmsgerr>(body)) out.error = -refused->error;
    } else if (header.nlmsg_type == RTM_NEWROUTE && body.size() >= sizeof(rtmsg)) {
        Bytes attributes = body.subspan(NLMSG_ALIGN(sizeof(rtmsg)));
        while (const auto one = next_attribute(attributes)) {
            if (one->first.rta_type == RTA_OIF) out.index = peek<unsigned>(one->second).value_or(0);
        }
    }
    return out;
}

} // namespace kith::app
