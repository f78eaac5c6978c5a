/* SPDX-License-Identifier: MIT
 *
 * kith.options/1: the instance's options: validated against the plugin's schema, defaults filled in, ${} replaced. A path is a
 * JSON Pointer (RFC 6901): "" is the whole, "/hosts/0" the first host. What is returned never changes in an instance's life.
 */
#ifndef KITH_SERVICE_OPTIONS_H
#define KITH_SERVICE_OPTIONS_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_OPTIONS "kith.options/1"

#define KITH_JSON_ABSENT 0u
#define KITH_JSON_NULL 1u
#define KITH_JSON_BOOL 2u
#define KITH_JSON_INTEGER 3u /* fits int64_t */
#define KITH_JSON_NUMBER 4u
#define KITH_JSON_STRING 5u
#define KITH_JSON_ARRAY 6u
#define KITH_JSON_OBJECT 7u

/* Each get returns KITH_NOT_FOUND when nothing is at the path and KITH_INVALID when it has another type; *out is then left
 * alone. Strings returned are borrowed until destroy. path: borrowed. */
typedef struct kith_options_host {
    /* KITH_JSON_... of what is at the path. [loop & created] */
    uint32_t (*type)(const kith_host *host, kith_str path);
    /* [loop & created] */
    int32_t (*get_bool)(const kith_host *host, kith_str path, uint32_t *out);
    /* [loop & created] */
    int32_t (*get_integer)(const kith_host *host, kith_str path, int64_t *out);
    /* Takes an integer too. [loop & created] */
    int32_t (*get_number)(const kith_host *host, kith_str path, double *out);
    /* [loop & created] */
    int32_t (*get_string)(const kith_host *host, kith_str path, kith_str *out);
    /* Elements of an array or members of an object. [loop & created] */
    int32_t (*size)(const kith_host *host, kith_str path, uint64_t *out);
    /* Name of an object's member, in the order of the file. [loop & created] */
    int32_t (*member)(const kith_host *host, kith_str path, uint64_t index, kith_str *out);
    /* All of it as JSON text, for plugins that have a parser; secrets included. [loop & created] */
    kith_str (*json)(const kith_host *host);
} kith_options_host;

#ifdef __cplusplus
}
#endif
#endif
