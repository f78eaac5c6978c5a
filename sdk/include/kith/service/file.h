/* SPDX-License-Identifier: MIT
 *
 * kith.file/1: small files, read whole and written whole. Paths are absolute, or relative to the daemon's working directory.
 * `user` and `op` as in kith/service/tcp.h.
 */
#ifndef KITH_SERVICE_FILE_H
#define KITH_SERVICE_FILE_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_FILE "kith.file/1"
#define KITH_FILE_MAX_READ 67108864u /* most that one read brings */

typedef struct kith_file_info {
    uint64_t size;    /* bytes */
    uint64_t version; /* differs whenever the file was replaced or changed; 0: no such file */
    int64_t modified; /* nanoseconds since 1970 */
    uint32_t mode;    /* permission bits, such as 0400 */
    uint32_t owner;   /* user id */
    uint32_t group;   /* group id */
    uint32_t ours;    /* 1: the owner is the daemon's effective user */
} kith_file_info;

typedef struct kith_file_host {
    /* The whole file; KITH_LIMIT when it is larger than max, KITH_NOT_FOUND, KITH_DENIED, KITH_INVALID (no regular file), KITH_IO.
     * path: copied. [loop & started] */
    int32_t (*read)(const kith_host *host, kith_str path, uint64_t max, uint64_t user, uint64_t *op);

    /* Replace the file in one step: a reader gets the old bytes or the new, also after a crash. mode: permission bits. path,
     * data: copied. [loop & started] */
    int32_t (*write)(const kith_host *host, kith_str path, const void *data, uint64_t size, uint32_t mode, uint64_t user,
                     uint64_t *op);

    /* Complete with KITH_OK as soon as the file's version is not `version` (as a read returned it; 0: it does not exist): at once when it
     * differs already, so that no change falls between a read and its watch. path: copied. [loop & started] */
    int32_t (*watch)(const kith_host *host, kith_str path, uint64_t version, uint64_t user, uint64_t *op);
} kith_file_host;

/* text: borrowed, explains a failing status. All [loop & started]. */
typedef struct kith_file_plugin {
    /* data, info: borrowed. info is filled in also for KITH_LIMIT and KITH_INVALID; its version is 0 for KITH_NOT_FOUND. */
    void (*read)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, const void *data, uint64_t size,
                 const kith_file_info *info);
    void (*written)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text);
    void (*changed)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text);
} kith_file_plugin;

#ifdef __cplusplus
}
#endif
#endif
