/* The smallest strategy in C: one peer, which never changes. */
#include <kith/service/discovery.h>
#include <stdlib.h>

#define STR(literal)                                                                                                           \
    { literal, sizeof literal - 1 }

struct hello {
    kith_instance instance;
    const kith_host *host;
    const kith_discovery_host *discovery;
};

static void refresh(void *self) {
    struct hello *me = self;
    const kith_peer peer = {STR("first"), STR("app@10.0.0.8"), NULL, 0, 0, 0};
    me->discovery->replace(me->host, &peer, 1, sizeof peer);
}

static int32_t start(void *self) {
    refresh(self);
    return KITH_OK;
}

static void stop(void *self) {
    struct hello *me = self;
    me->host->stopped(me->host);
}

static void destroy(void *self) { free(self); }

static const void *service(void *self, kith_str id) {
    static const kith_discovery_plugin table = {refresh};
    (void)self;
    (void)id; /* only one is declared */
    return &table;
}

static int32_t refuse(const kith_host *host, int32_t status, kith_str text) {
    host->error(host, text);
    return status;
}

static int32_t create(const kith_host *host, kith_str id, const kith_instance **out) {
    static const kith_str discovery = STR(KITH_DISCOVERY);
    struct hello *me = malloc(sizeof *me);
    (void)id; /* only one is described */
    if (me == NULL) return refuse(host, KITH_LIMIT, (kith_str)STR("out of memory"));
    me->instance = (kith_instance){sizeof me->instance, 0, me, start, stop, destroy, service};
    me->host = host;
    me->discovery = host->service(host, discovery);
    if (me->discovery == NULL) {
        free(me);
        return refuse(host, KITH_UNSUPPORTED, (kith_str)STR("the host does not offer " KITH_DISCOVERY));
    }
    *out = &me->instance;
    return KITH_OK;
}

static const kith_str required[] = {STR(KITH_DISCOVERY)};
static const kith_descriptor hello = {
    .struct_size = sizeof hello,
    .kind = KITH_KIND_STRATEGY,
    .id = STR("hello_c"),
    .version = STR("1.0.0"),
    .licence = STR("MIT"),
    .summary = STR("One peer, which never changes."),
    .options = STR("{\"type\":\"object\",\"additionalProperties\":false}"),
    .required = required,
    .required_count = 1,
};
static const kith_descriptor *const descriptors[] = {&hello};

const kith_entry kith_plugin_entry = {sizeof kith_plugin_entry, KITH_ABI_MAJOR, KITH_ABI_MINOR, 1, descriptors, create};
