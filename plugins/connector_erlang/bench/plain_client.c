/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* memmem */
#include "plain_client.h"

#include <arpa/inet.h>
#include <md5.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void put16(unsigned char *at, uint32_t v) {
    at[0] = (unsigned char)(v >> 8);
    at[1] = (unsigned char)v;
}

static void put32(unsigned char *at, uint32_t v) {
    put16(at, v >> 16);
    put16(at + 2, v & 0xffff);
}

static uint32_t get32(const unsigned char *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int send_all(int fd, const unsigned char *bytes, size_t size) {
    while (size > 0) {
        const ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0) return -1;
        bytes += sent;
        size -= (size_t)sent;
    }
    return 0;
}

static int receive_all(int fd, unsigned char *bytes, size_t size) {
    return recv(fd, bytes, size, MSG_WAITALL) == (ssize_t)size ? 0 : -1;
}

/* A frame of the handshake; its size, or -1. */
static int frame(int fd, unsigned char *bytes, size_t room) {
    unsigned char head[2];
    if (receive_all(fd, head, 2) != 0) return -1;
    const size_t size = (size_t)head[0] << 8 | head[1];
    if (size > room || receive_all(fd, bytes, size) != 0) return -1;
    return (int)size;
}

int plain_connect(uint16_t port, const char *own_name, const char *cookie) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int on = 1;
    unsigned char bytes[512];
    char text[300];
    MD5_CTX md5;
    const size_t name = strlen(own_name);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) goto fail;
    put16(bytes, (uint32_t)(15 + name));
    bytes[2] = 'N';
    put32(bytes + 3, 0xd);
    put32(bytes + 7, 0x074f4fbc); /* as kith says; see protocol/distribution_flags.hpp */
    put32(bytes + 11, 7);
    put16(bytes + 15, (uint32_t)name);
    memcpy(bytes + 17, own_name, name);
    if (send_all(fd, bytes, 17 + name) != 0 || frame(fd, bytes, sizeof bytes) < 3 || memcmp(bytes, "sok", 3) != 0) goto fail;
    if (frame(fd, bytes, sizeof bytes) < 19) goto fail;
    snprintf(text, sizeof text, "%s%u", cookie, get32(bytes + 9));
    MD5Init(&md5);
    MD5Update(&md5, (const uint8_t *)text, strlen(text));
    put16(bytes, 21);
    bytes[2] = 'r';
    put32(bytes + 3, 42);
    MD5Final(bytes + 7, &md5);
    if (send_all(fd, bytes, 23) != 0 || frame(fd, bytes, sizeof bytes) != 17) goto fail;
    return fd;
fail:
    close(fd);
    return -1;
}

static size_t atom(unsigned char *at, const char *text) {
    const size_t size = strlen(text);
    at[0] = 119;
    at[1] = (unsigned char)size;
    memcpy(at + 2, text, size);
    return 2 + size;
}

/* One request; *number is where the call's number stands in it, twice. Its size. */
static size_t request(unsigned char *at, const char *own_name, size_t number[2]) {
    size_t n = 4;
    at[n++] = 112;
    at[n++] = 131;
    at[n++] = 104;
    at[n++] = 6;
    at[n++] = 97;
    at[n++] = 29;
    size_t refs = 0;
    for (int part = 0; part < 3; ++part) {
        if (part == 1) { /* from, group leader, {erpc,execute_call,4}, [monitor], and the payload's begin */
            for (int pid = 0; pid < 2; ++pid) {
                at[n++] = 88;
                n += atom(at + n, own_name);
                put32(at + n, 1);
                put32(at + n + 4, 0);
                put32(at + n + 8, 7);
                n += 12;
            }
            at[n++] = 104;
            at[n++] = 3;
            n += atom(at + n, "erpc");
            n += atom(at + n, "execute_call");
            at[n++] = 97;
            at[n++] = 4;
            at[n++] = 108;
            put32(at + n, 1);
            n += 4;
            n += atom(at + n, "monitor");
            at[n++] = 106;
            at[n++] = 131;
            at[n++] = 108;
            put32(at + n, 4);
            n += 4;
            continue;
        }
        at[n++] = 90;
        put16(at + n, 3);
        n += 2;
        n += atom(at + n, own_name);
        put32(at + n, 7);
        put32(at + n + 4, 0);
        number[refs++] = n + 8;
        put32(at + n + 8, 0);
        put32(at + n + 12, 1);
        n += 16;
    }
    n += atom(at + n, "erlang");
    n += atom(at + n, "node");
    at[n++] = 106;
    at[n++] = 106;
    put32(at, (uint32_t)(n - 4));
    return n;
}

int plain_calls(int socket, const char *own_name, uint32_t calls, uint32_t window) {
    static unsigned char in[1 << 18];
    static unsigned char out[1 << 18];
    unsigned char one[1024];
    size_t number[2];
    const size_t size = request(one, own_name, number);
    size_t held = 0;
    uint32_t sent = 0;
    uint32_t done = 0;
    uint32_t room = window;
    while (done < calls) {
        size_t ready = 0;
        for (; room > 0 && sent < calls; --room, ++sent) {
            put32(one + number[0], sent);
            put32(one + number[1], sent);
            memcpy(out + ready, one, size);
            ready += size;
        }
        if (ready > 0 && send_all(socket, out, ready) != 0) return -1;
        const ssize_t got = recv(socket, in + held, sizeof in - held, 0);
        if (got <= 0) return -1;
        held += (size_t)got;
        size_t at = 0;
        while (held - at >= 4 && held - at - 4 >= get32(in + at)) {
            const uint32_t length = get32(in + at);
            if (length == 0) {
                if (send_all(socket, in + at, 4) != 0) return -1;
            } else if (in[at + 9] == 28) { /* 112 131 104 N 97 28: a process has ended, and with it a call */
                if (memmem(in + at, 4 + length, "return", 6) == NULL) return -1;
                ++done;
                ++room;
            }
            at += 4 + length;
        }
        memmove(in, in + at, held - at);
        held -= at;
    }
    return 0;
}
