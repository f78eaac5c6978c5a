/* A strategy in C: reports the peers that the configuration lists. */
#include <kith/service/discovery.h>
#include <kith/service/options.h>
#include <stdio.h>
#include <stdlib.h>

#define STR(literal)                                                                                                           \
    { literal, sizeof literal - 1 }

struct mine {
    kith_instance instance;
    const kith_host *host;
    const kith_discovery_host *discovery;
    kith_peer *peers;
    uint32_t count;
};

static void refresh(void *self) {
    struct mine *me = self;
    me->discovery->replace(me->host, me->peers, me->count, sizeof *me->peers);
}

static int32_t start(void *self) {
    refresh(self);
    return KITH_OK;
}

static void stop(void *self) {
    struct mine *me = self;
    me->host->stopped(me->host); /* nothing is outstanding */
}

static void destroy(void *self) {
    struct mine *me = self;
    free(me->peers);
    free(me);
}

static const void *service(void *self, kith_str id) {
    static const kith_discovery_plugin table = {refresh};
    (void)self;
    return id.size == sizeof KITH_DISCOVERY - 1 ? &table : NULL; /* the only declared service that calls the plugin */
}

/* The host has validated the options by the schema, so /names is a list of strings; a string is valid as long as the instance. */
static int32_t read_names(struct mine *me, const kith_options_host *options) {
    static const kith_str names = STR("/names");
    uint64_t count = 0;
    int32_t status = options->size(me->host, names, &count);
    if (status < 0) return status;
    me->peers = calloc(count + 1, sizeof *me->peers);
    if (me->peers == NULL) return KITH_LIMIT;
    for (me->count = 0; me->count < count; me->count++) {
        char text[32];
        const kith_str path = {text, (uint64_t)snprintf(text, sizeof text, "/names/%lu", (unsigned long)me->count)};
        kith_peer *peer = &me->peers[me->count];
        status = options->get_string(me->host, path, &peer->name);
        if (status < 0) return status;
        peer->key = peer->name;
    }
    return KITH_OK;
}

static int32_t refuse(struct mine *me, const kith_host *host, int32_t status, kith_str text) {
    if (me != NULL) destroy(me);
    host->error(host, text);
    return status;
}

static int32_t create(const kith_host *host, kith_str id, const kith_instance **out) {
    static const kith_str discovery = STR(KITH_DISCOVERY), options = STR(KITH_OPTIONS), memory = STR("out of memory"),
                          offers = STR("the host provides no " KITH_DISCOVERY " or no " KITH_OPTIONS),
                          bad = STR("option /names: expected a list of names");
    const kith_options_host *given = host->service(host, options);
    struct mine *me = calloc(1, sizeof *me);
    (void)id; /* the library contains only one plugin */
    if (me == NULL) return refuse(me, host, KITH_LIMIT, memory);
    me->instance = (kith_instance){sizeof me->instance, 0, me, start, stop, destroy, service};
    me->host = host;
    me->discovery = host->service(host, discovery);
    if (me->discovery == NULL || given == NULL) return refuse(me, host, KITH_UNSUPPORTED, offers);
    if (read_names(me, given) < 0) return refuse(me, host, KITH_INVALID, bad);
    *out = &me->instance;
    return KITH_OK;
}

static const kith_str required[] = {STR(KITH_DISCOVERY), STR(KITH_OPTIONS)};
static const kith_descriptor mine = {
    .struct_size = sizeof mine,
    .kind = KITH_KIND_STRATEGY,
    .id = STR("mine_c"),
    .version = STR("1.0.0"),
    .licence = STR("MIT"),
    .summary = STR("The peers that the configuration lists."),
    .options = STR("{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {\"names\": {"
                   "  \"description\": \"Names of the peers, such as app@10.0.0.7.\", \"type\": \"array\", \"default\": [],"
                   "  \"uniqueItems\": true, \"items\": {\"type\": \"string\", \"minLength\": 1, \"maxLength\": 1024}}}}"),
    .required = required,
    .required_count = 2,
};
static const kith_descriptor *const descriptors[] = {&mine};

const kith_entry kith_plugin_entry = {sizeof kith_plugin_entry, KITH_ABI_MAJOR, KITH_ABI_MINOR, 1, descriptors, create};
