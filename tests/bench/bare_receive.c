/* SPDX-License-Identifier: MIT
 *
 * bare_receive PORT GROUP INTERFACE BYTES: receives the datagrams of a group, many in one call, and drops them. Prints the size of
 * its receive buffer in bytes. Measures the minimum cost of a datagram for any program.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { batch = 64, longest = 2048 };

static unsigned char data[batch][longest];
static struct sockaddr_in from[batch];

static int fail(const char *what) {
    perror(what);
    return 1;
}

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    const int socket_ = socket(AF_INET, SOCK_DGRAM, 0);
    const int yes = 1;
    int bytes = atoi(argv[4]);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1]))};
    struct ip_mreq group;
    socklen_t size = sizeof(bytes);
    if (inet_aton(argv[2], &group.imr_multiaddr) == 0 || inet_aton(argv[3], &group.imr_interface) == 0) return 2;
    if (socket_ < 0 || setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
        setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)) != 0 ||
        bind(socket_, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        setsockopt(socket_, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group)) != 0 ||
        getsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &bytes, &size) != 0)
        return fail("bare_receive: socket");
    printf("%d\n", bytes);
    fflush(stdout);

    static struct mmsghdr messages[batch];
    static struct iovec parts[batch];
    for (int at = 0; at < batch; ++at) {
        parts[at] = (struct iovec){.iov_base = data[at], .iov_len = longest};
        messages[at].msg_hdr = (struct msghdr){.msg_name = &from[at], .msg_iov = &parts[at], .msg_iovlen = 1};
    }
    for (;;) {
        for (int at = 0; at < batch; ++at) messages[at].msg_hdr.msg_namelen = sizeof(from[at]);
        if (recvmmsg(socket_, messages, batch, MSG_WAITFORONE, NULL) < 0) return fail("bare_receive: recvmmsg");
    }
}
