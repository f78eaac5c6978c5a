/* SPDX-License-Identifier: MIT */
/* Creates the file KITH_TEST_MARK when any of its code runs. */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#define ID STR("marks")
#include "base.h"

__attribute__((constructor)) static void mark(void) {
    const char *const file = getenv("KITH_TEST_MARK");
    if (file != NULL) close(open(file, O_WRONLY | O_CREAT, 0600));
}
