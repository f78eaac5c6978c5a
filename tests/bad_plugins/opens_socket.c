/* SPDX-License-Identifier: MIT
 *
 * Opens a socket of its own without declaring that, which the sandbox of an isolated plugin refuses, and waits longer when it could not. */
#include <sys/socket.h>
#include <unistd.h>
static unsigned delay = 1000000000u;
static void open_socket(void) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd >= 0)
        close(fd);
    else
        delay = 2000000000u;
}
#define AT_FIRED(me) open_socket()
#define DELAY delay
#include "working_strategy.h"
