/* SPDX-License-Identifier: MIT
 *
 * Common code of the reference plugins: the lifecycle of an instance, and its log. Each has its own `tables`, `begin` and `end`.
 */
#include <kith/plugin.h>
#include <kith/service/log.h>
#include <kith/service/timer.h>

#include <stdlib.h>
#include <string.h>

#define STR(literal)                                                                                                           \
    { literal, sizeof literal - 1 }
#define UNUSED(parameter) (void)(parameter)

#ifndef OWN
#define OWN
#endif

typedef struct me {
    kith_instance instance;
    const kith_host *host;
    uint64_t outstanding; /* operations of the host */
    uint64_t number;      /* a counter of the plugin */
    int stopping;
    OWN /* additional members of the plugin */
} me;

static kith_str text_of(const char *zero_terminated) {
    const kith_str out = {zero_terminated, strlen(zero_terminated)};
    return out;
}

static const void *service(const me *self, const char *id) { return self->host->service(self->host, text_of(id)); }

static void say(const me *self, const char *message, const char *name, kith_str value) {
    const kith_log_host *log = service(self, KITH_LOG);
    const kith_attribute field = {text_of(name), value};
    log->write(self->host, KITH_LOG_INFO, text_of(message), &field, 1);
}

static int same(kith_str a, const char *b) { return a.size == strlen(b) && memcmp(a.data, b, a.size) == 0; }

/* An operation has ended. */
static void ended(me *self) {
    if (--self->outstanding == 0 && self->stopping) self->host->stopped(self->host);
}

static int32_t begin(me *self);
static const void *tables(kith_str id);

static const kith_str *all_required(uint32_t *count);

static int32_t start(void *raw) {
    const me *self = raw;
    const int32_t status = begin(raw);
    if (status != KITH_OK) self->host->error(self->host, text_of("the host has refused what it begins with"));
    return status;
}

static void stop(void *raw) {
    me *self = raw;
    self->stopping = 1;
    if (self->outstanding == 0) self->host->stopped(self->host);
}

static void destroy(void *raw) { free(raw); }

static const void *side(void *raw, kith_str id) {
    UNUSED(raw);
    return tables(id);
}

static int32_t create(const kith_host *host, kith_str id, const kith_instance **out) {
    me *self = calloc(1, sizeof *self);
    uint32_t count = 0;
    const kith_str *needed = all_required(&count);
    UNUSED(id);
    if (self == NULL) {
        host->error(host, text_of("out of memory"));
        return KITH_LIMIT;
    }
    while (count-- != 0) {
        if (host->service(host, needed[count]) != NULL) continue;
        free(self);
        host->error(host, text_of("the host does not offer what this requires"));
        return KITH_UNSUPPORTED;
    }
    self->instance.struct_size = sizeof self->instance;
    self->instance.self = self;
    self->instance.start = start;
    self->instance.stop = stop;
    self->instance.destroy = destroy;
    self->instance.service = side;
    self->host = host;
    *out = &self->instance;
    return KITH_OK;
}

/* REFERENCE(kind, id, summary, options, environment, its count): after a list `required`. */
#define REFERENCE(kind_, id_, summary_, options_, env_, env_count_)                                                            \
    static const kith_descriptor descriptor = {                                                                                \
        .struct_size = sizeof descriptor,                                                                                      \
        .kind = kind_,                                                                                                         \
        .id = STR(id_),                                                                                                        \
        .version = STR("1.0.0"),                                                                                               \
        .licence = STR("MIT"),                                                                                                 \
        .summary = STR(summary_),                                                                                              \
        .options = STR(options_),                                                                                              \
        .required = required,                                                                                                  \
        .required_count = sizeof required / sizeof *required,                                                                  \
        .env = env_,                                                                                                           \
        .env_count = env_count_,                                                                                               \
    };                                                                                                                         \
    static const kith_descriptor *const descriptors[] = {&descriptor};                                                         \
    const kith_entry kith_plugin_entry = {sizeof kith_plugin_entry, KITH_ABI_MAJOR, KITH_ABI_MINOR, 1, descriptors, create};   \
    static const kith_str *all_required(uint32_t *count) {                                                                     \
        *count = descriptor.required_count;                                                                                    \
        return required;                                                                                                       \
    }
