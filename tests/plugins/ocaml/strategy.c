/* SPDX-License-Identifier: MIT
 *
 * A strategy whose work is done in OCaml, with OCaml's runtime linked into the library:
 *
 *     ocamlopt -output-complete-obj -runtime-variant _pic -o libstrategy_hosts_ocaml.so peers.ml strategy.c
 *
 * The runtime is started by a constructor: it reads the path of the program, which the sandbox of an isolated plugin permits only while the
 * library is loaded. */
#include <kith/plugin.h>
#include <kith/service/discovery.h>
#include <kith/service/options.h>

#define CAML_NAME_SPACE
#include <caml/alloc.h>
#include <caml/callback.h>
#include <caml/memory.h>
#include <caml/mlvalues.h>
#include <caml/printexc.h>

#include <stdlib.h>
#include <string.h>

#define TEXT(literal)                                                                                                          \
    { literal, sizeof(literal) - 1 }
#define MOST 64

typedef struct hosts {
    kith_instance instance;
    const kith_host *host;
    const kith_options_host *options;
    const kith_discovery_host *discovery;
} hosts;

static kith_str text(const char *string) {
    kith_str result = {string, strlen(string)};
    return result;
}

__attribute__((constructor)) static void start_runtime(void) {
    char name[] = "strategy";
    char *arguments[] = {name, NULL};
    caml_startup(arguments);
}

/* The values of OCaml are those of this call: the collector may move them at the next one. */
static void look(hosts *me) {
    CAMLparam0();
    CAMLlocal2(argument, found);
    kith_peer peers[MOST] = {{.key = TEXT("")}};
    kith_str given = TEXT("");
    me->options->get_string(me->host, text("/hosts"), &given);
    argument = caml_alloc_initialized_string(given.size, given.data);
    found = caml_callback_exn(*caml_named_value("peers"), argument);
    if (Is_exception_result(found)) {
        found = Extract_exception(found);
        char *why = caml_format_exception(found);
        me->discovery->failed(me->host, KITH_INVALID, text(why));
        caml_stat_free(why);
        CAMLreturn0;
    }
    uint32_t count = 0;
    for (mlsize_t i = 0; i < Wosize_val(found) && count < MOST; ++i, ++count) {
        const kith_str name = {String_val(Field(found, i)), caml_string_length(Field(found, i))};
        peers[count].key = peers[count].name = name;
    }
    me->discovery->replace(me->host, peers, count, sizeof peers[0]);
    CAMLreturn0;
}

static int32_t start(void *self) {
    look(self);
    return KITH_OK;
}

static void stop(void *self) { ((hosts *)self)->host->stopped(((hosts *)self)->host); }
static void destroy(void *self) { free(self); }
static void refresh(void *self) { look(self); }

static const void *service(void *self, kith_str id) {
    static const kith_discovery_plugin discovery = {refresh};
    (void)self;
    return id.size == sizeof KITH_DISCOVERY - 1 && memcmp(id.data, KITH_DISCOVERY, id.size) == 0 ? &discovery : NULL;
}

static int32_t create(const kith_host *host, kith_str id, const kith_instance **out) {
    hosts *me = calloc(1, sizeof *me);
    (void)id;
    if (!me) return KITH_LIMIT;
    me->host = host;
    me->options = host->service(host, text(KITH_OPTIONS));
    me->discovery = host->service(host, text(KITH_DISCOVERY));
    if (!me->options || !me->discovery) {
        host->error(host, text("the host does not offer what this needs"));
        free(me);
        return KITH_UNSUPPORTED;
    }
    me->instance = (kith_instance){sizeof me->instance, 0, me, start, stop, destroy, service};
    *out = &me->instance;
    return KITH_OK;
}

static const kith_str services[] = {TEXT(KITH_OPTIONS), TEXT(KITH_DISCOVERY)};
static const kith_descriptor descriptor = {
    .struct_size = sizeof(kith_descriptor),
    .kind = KITH_KIND_STRATEGY,
    .id = TEXT("hosts_ocaml"),
    .version = TEXT("1.0.0"),
    .licence = TEXT("MIT"),
    .summary = TEXT("The hosts of an option, read in OCaml."),
    .options = TEXT("{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {"
                    "\"hosts\": {\"type\": \"string\", \"default\": \"\", \"description\": \"A host in each line.\"}}}"),
    .required = services,
    .required_count = 2,
};
static const kith_descriptor *const descriptors[] = {&descriptor};

KITH_EXPORT const kith_entry kith_plugin_entry = {
    .struct_size = sizeof(kith_entry),
    .abi_major = KITH_ABI_MAJOR,
    .abi_minor = KITH_ABI_MINOR,
    .descriptor_count = 1,
    .descriptors = descriptors,
    .create = create,
};
