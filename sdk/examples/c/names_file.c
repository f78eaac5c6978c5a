/* names_file: reads the peers from a file, one name per line, and reads it again after each change.
 *
 * One operation at a time: read the file, then wait for a change of it, or for a pause if it cannot be read. Each operation completes
 * exactly once, also at the end, when the host cancels the outstanding operation. */
#include <kith/service/discovery.h>
#include <kith/service/file.h>
#include <kith/service/options.h>
#include <kith/service/timer.h>
#include <kith/utf8.h>
#include <stdlib.h>
#include <string.h>

#define STR(literal)                                                                                                           \
    { literal, sizeof literal - 1 }

#define LARGEST 1048576u  /* maximum size of the file in bytes */
#define PAUSE 5000000000u /* nanoseconds */

struct names_file {
    kith_instance instance;
    const kith_host *host;
    const kith_discovery_host *discovery;
    const kith_file_host *file;
    const kith_timer_host *timer;
    kith_str path;
    uint64_t op; /* the outstanding operation; 0: none */
    int waiting; /* the outstanding operation is a wait, not a read */
    int stopping;
};

/* ---- parsing the file ---- */

static kith_str trimmed(const char *from, const char *to) {
    while (from < to && (*from == ' ' || *from == '\t')) ++from;
    while (from < to && (to[-1] == ' ' || to[-1] == '\t' || to[-1] == '\r')) --to;
    return (kith_str){from, (uint64_t)(to - from)};
}

/* The host refuses duplicate names and names that are too long, and reports the reason. */
static void say(struct names_file *me, const char *text, uint64_t size) {
    static const kith_str memory = STR("out of memory"), other = STR("the file of names is not UTF-8");
    const char *line = text, *end = text + size;
    uint32_t count = 0, room = 1;
    if (!kith_is_utf8((kith_str){text, size})) {
        me->discovery->failed(me->host, KITH_PROTOCOL, other);
        return;
    }
    for (const char *at = text; at < end; ++at) room += *at == '\n';
    kith_peer *peers = calloc(room, sizeof *peers);
    if (peers == NULL) {
        me->discovery->failed(me->host, KITH_LIMIT, memory);
        return;
    }
    while (line < end) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        if (stop == NULL) stop = end;
        const kith_str name = trimmed(line, stop);
        if (name.size != 0 && name.data[0] != '#') {
            peers[count].key = name;
            peers[count++].name = name;
        }
        line = stop + 1;
    }
    me->discovery->replace(me->host, peers, count, sizeof *peers);
    free(peers);
}

/* ---- the sequence of operations ---- */

static void began(struct names_file *me, int32_t status) {
    static const kith_str text = STR("the host could not start an operation");
    if (status >= 0) return;
    me->op = 0;
    me->host->failed(me->host, status, text); /* the host creates a new instance later */
}

static void look(struct names_file *me) {
    me->waiting = 0;
    began(me, me->file->read(me->host, me->path, LARGEST, 0, &me->op));
}

/* Returns true if the instance is stopping and this was the last operation. */
static int ended(struct names_file *me) {
    me->op = 0;
    if (me->stopping) me->host->stopped(me->host);
    return me->stopping;
}

static void have_read(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, const void *data, uint64_t size,
                      const kith_file_info *info) {
    struct names_file *me = self;
    (void)user, (void)op;
    if (ended(me)) return;
    if (status == KITH_OK)
        say(me, data, size);
    else
        me->discovery->failed(me->host, status, text); /* the host keeps the last set */
    me->waiting = 1;
    if (status == KITH_OK || status == KITH_NOT_FOUND) /* if it does not exist the version is 0: wait until it exists */
        began(me, me->file->watch(me->host, me->path, info == NULL ? 0 : info->version, 0, &me->op));
    else
        began(me, me->timer->start(me->host, PAUSE, 0, &me->op));
}

static void changed(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text) {
    (void)user, (void)op, (void)status, (void)text; /* read the file after each wait, for any reason */
    if (!ended(self)) look(self);
}

/* Never called, because nothing is written; a table without the function is refused. */
static void written(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text) {
    (void)self, (void)user, (void)op, (void)status, (void)text;
}

static void fired(void *self, uint64_t user, uint64_t op, int32_t status) {
    (void)user, (void)op, (void)status;
    if (!ended(self)) look(self);
}

static void refresh(void *self) {
    struct names_file *me = self;
    if (me->op != 0 && me->waiting) me->host->cancel(me->host, me->op);
}

/* ---- the instance ---- */

static int32_t start(void *self) {
    look(self);
    return KITH_OK;
}

static void stop(void *self) {
    struct names_file *me = self;
    me->stopping = 1;
    if (me->op == 0) me->host->stopped(me->host); /* otherwise after that operation */
}

static void destroy(void *self) { free(self); }

static int is(kith_str id, const char *service) { return id.size == strlen(service) && memcmp(id.data, service, id.size) == 0; }

static const void *service(void *self, kith_str id) {
    static const kith_discovery_plugin discovery = {refresh};
    static const kith_file_plugin file = {have_read, written, changed};
    static const kith_timer_plugin timer = {fired};
    (void)self;
    return is(id, KITH_DISCOVERY) ? (const void *)&discovery
           : is(id, KITH_FILE)    ? (const void *)&file
           : is(id, KITH_TIMER)   ? (const void *)&timer
                                  : NULL;
}

static const kith_str required[] = {STR(KITH_DISCOVERY), STR(KITH_FILE), STR(KITH_OPTIONS), STR(KITH_TIMER)};

static int32_t refuse(struct names_file *me, const kith_host *host, int32_t status, kith_str text) {
    free(me);
    host->error(host, text);
    return status;
}

static int32_t create(const kith_host *host, kith_str id, const kith_instance **out) {
    static const kith_str path = STR("/file"), memory = STR("out of memory"),
                          offers = STR("the host does not provide a service"),
                          bad = STR("option /file: expected the path of a file");
    struct names_file *me = calloc(1, sizeof *me);
    (void)id; /* the library contains only one plugin */
    if (me == NULL) return refuse(me, host, KITH_LIMIT, memory);
    me->instance = (kith_instance){sizeof me->instance, 0, me, start, stop, destroy, service};
    me->host = host;
    me->discovery = host->service(host, required[0]);
    me->file = host->service(host, required[1]);
    me->timer = host->service(host, required[3]);
    const kith_options_host *options = host->service(host, required[2]);
    if (!me->discovery || !me->file || !me->timer || !options) return refuse(me, host, KITH_UNSUPPORTED, offers);
    if (options->get_string(host, path, &me->path) < 0) return refuse(me, host, KITH_INVALID, bad);
    *out = &me->instance;
    return KITH_OK;
}

static const kith_descriptor names_file = {
    .struct_size = sizeof names_file,
    .kind = KITH_KIND_STRATEGY,
    .id = STR("names_file"),
    .version = STR("1.0.0"),
    .licence = STR("MIT"),
    .summary = STR("The peers in a file, one name per line."),
    .options =
        STR("{\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"file\"], \"properties\": {\"file\": {"
            "  \"description\": \"Path of the file; blank lines and lines that begin with # are ignored.\","
            "  \"type\": \"string\", \"minLength\": 1, \"examples\": [\"/etc/app/peers\"]}}}"),
    .required = required,
    .required_count = 4,
};
static const kith_descriptor *const descriptors[] = {&names_file};

const kith_entry kith_plugin_entry = {sizeof kith_plugin_entry, KITH_ABI_MAJOR, KITH_ABI_MINOR, 1, descriptors, create};
