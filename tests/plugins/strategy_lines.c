/* SPDX-License-Identifier: MIT
 *
 * A strategy for tests, in plain C: the peers are the lines of a file, which the test rewrites. A line "fail TEXT" makes the query fail.
 * Every process that can write the file can add a peer, so its observations are not authenticated.
 */
#include <kith/plugin.h>
#include <kith/service/discovery.h>
#include <kith/service/file.h>
#include <kith/service/options.h>
#include <kith/service/timer.h>

#include <stdlib.h>
#include <string.h>

#define MAX_PEERS 4096u

typedef struct lines {
    const kith_host *host;
    const kith_file_host *file;
    const kith_timer_host *timer;
    const kith_discovery_host *discovery;
    kith_str path;
    uint64_t interval; /* ns */
    uint64_t op;       /* the outstanding operation: a read or a timer; 0: none */
    uint32_t waiting;  /* 1: op is the timer */
    uint32_t again;    /* 1: refresh was called during a read */
    uint32_t stopping;
    kith_instance instance;
    kith_peer peers[MAX_PEERS];
} lines;

static kith_str text(const char *string) {
    kith_str result = {string, strlen(string)};
    return result;
}

static void look(lines *self) {
    self->waiting = 0;
    self->again = 0;
    int32_t status = self->file->read(self->host, self->path, KITH_FILE_MAX_READ, 0, &self->op);
    if (status < 0) self->discovery->failed(self->host, status, text("the file could not be asked for"));
}

static void read_done(void *instance, uint64_t user, uint64_t op, int32_t status, kith_str why, const void *data, uint64_t size,
                      const kith_file_info *info) {
    lines *self = instance;
    (void)user, (void)op, (void)info;
    self->op = 0;
    if (self->stopping) {
        self->host->stopped(self->host);
        return;
    }
    if (status < 0) {
        self->discovery->failed(self->host, status, why);
    } else {
        const char *at = data, *end = at + size;
        kith_str failure = {0, 0};
        uint32_t count = 0;
        while (at < end && count < MAX_PEERS) {
            const char *stop = memchr(at, '\n', (size_t)(end - at));
            if (!stop) stop = end;
            kith_str name = {at, (uint64_t)(stop - at)};
            if (name.size > 5 && memcmp(at, "fail ", 5) == 0) {
                failure.data = at + 5;
                failure.size = name.size - 5;
            } else if (name.size > 0) {
                memset(&self->peers[count], 0, sizeof self->peers[count]);
                self->peers[count].key = name;
                self->peers[count++].name = name;
            }
            at = stop + 1;
        }
        if (failure.size) {
            self->discovery->failed(self->host, KITH_UNAVAILABLE, failure);
        } else {
            self->discovery->replace(self->host, self->peers, count, sizeof self->peers[0]);
        }
    }
    if (self->again) {
        look(self);
    } else {
        self->waiting = 1;
        self->timer->start(self->host, self->interval, 0, &self->op);
    }
}

static void never(void *instance, uint64_t user, uint64_t op, int32_t status, kith_str why) {
    (void)instance, (void)user, (void)op, (void)status, (void)why; /* it neither writes nor watches */
}

static void fired(void *instance, uint64_t user, uint64_t op, int32_t status) {
    lines *self = instance;
    (void)user, (void)op, (void)status;
    self->op = 0;
    if (self->stopping) {
        self->host->stopped(self->host);
    } else {
        look(self);
    }
}

static void refresh(void *instance) {
    lines *self = instance;
    if (self->waiting && self->op) {
        self->host->cancel(self->host, self->op); /* fired reads the file immediately */
    } else {
        self->again = 1;
    }
}

static int32_t start(void *instance) {
    look(instance);
    return KITH_OK;
}

static void stop(void *instance) {
    lines *self = instance;
    self->stopping = 1;
    if (self->op) {
        self->host->cancel(self->host, self->op);
    } else {
        self->host->stopped(self->host);
    }
}

static void destroy(void *instance) { free(instance); }

static int is(kith_str id, const char *name) { return id.size == strlen(name) && memcmp(id.data, name, id.size) == 0; }

static const void *service(void *instance, kith_str id) {
    static const kith_file_plugin file = {read_done, never, never};
    static const kith_timer_plugin timer = {fired};
    static const kith_discovery_plugin discovery = {refresh};
    (void)instance;
    if (is(id, KITH_FILE)) return &file;
    if (is(id, KITH_TIMER)) return &timer;
    if (is(id, KITH_DISCOVERY)) return &discovery;
    return 0;
}

static int32_t create(const kith_host *host, kith_str id, const kith_instance **out) {
    const kith_options_host *options = host->service(host, text(KITH_OPTIONS));
    lines *self = calloc(1, sizeof *self);
    int64_t interval = 0;
    (void)id;
    if (!self) return KITH_LIMIT;
    self->host = host;
    self->file = host->service(host, text(KITH_FILE));
    self->timer = host->service(host, text(KITH_TIMER));
    self->discovery = host->service(host, text(KITH_DISCOVERY));
    if (options->get_string(host, text("/file"), &self->path) < 0 ||
        options->get_integer(host, text("/interval"), &interval) < 0) {
        host->error(host, text("option file or interval is missing"));
        free(self);
        return KITH_INVALID;
    }
    self->interval = (uint64_t)interval * 1000000u;
    self->instance.struct_size = sizeof self->instance;
    self->instance.self = self;
    self->instance.start = start;
    self->instance.stop = stop;
    self->instance.destroy = destroy;
    self->instance.service = service;
    *out = &self->instance;
    return KITH_OK;
}

#define TEXT(literal)                                                                                                          \
    { literal, sizeof(literal) - 1 }

static const kith_str required[] = {TEXT(KITH_OPTIONS), TEXT(KITH_FILE), TEXT(KITH_TIMER), TEXT(KITH_DISCOVERY)};

static const kith_descriptor descriptor = {
    .struct_size = sizeof(kith_descriptor),
    .kind = KITH_KIND_STRATEGY,
    .id = TEXT("lines"),
    .version = TEXT("1.0.0"),
    .licence = TEXT("MIT"),
    .summary = TEXT("Peers are the lines of a file; for tests."),
    .options = TEXT("{\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"file\"], \"properties\": {"
                    "\"file\": {\"type\": \"string\", \"description\": \"Path of the file.\"},"
                    "\"interval\": {\"type\": \"integer\", \"minimum\": 1, \"default\": 100, \"x-kith-unit\": \"ms\","
                    " \"description\": \"Pause between two looks.\"}}}"),
    .required = required,
    .required_count = sizeof required / sizeof required[0],
};

static const kith_descriptor *const descriptors[] = {&descriptor};

const kith_entry kith_plugin_entry = {
    .struct_size = sizeof(kith_entry),
    .abi_major = KITH_ABI_MAJOR,
    .abi_minor = KITH_ABI_MINOR,
    .descriptor_count = 1,
    .descriptors = descriptors,
    .create = create,
};
