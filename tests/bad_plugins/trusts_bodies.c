/* SPDX-License-Identifier: MIT
 *
 * Parses nested lists without a limit, until the stack overflows. */
#include <kith/service/http.h>
#define REQUIRED STR(KITH_DISCOVERY), STR(KITH_TIMER), STR(KITH_HTTP)
#define SIDE http_side
#define ASK(me) ask(me)
struct working_strategy;
static void ask(struct working_strategy *me);
#include "working_strategy.h"

static const kith_http_host *http(working_strategy *me) {
    static const kith_str id = STR(KITH_HTTP);
    return me->host->service(me->host, id);
}

static void ask(working_strategy *me) {
    static const kith_http_client settings = {.struct_size = sizeof settings};
    static const kith_http_request request = {
        .struct_size = sizeof request, .method = STR("GET"), .url = STR("http://registry.example/peers")};
    uint64_t op = 0;
    const int32_t status = me->handle == 0 ? http(me)->open(me->host, &settings, 0, &op)
                                           : http(me)->request(me->host, me->handle, &request, 0, &op);
    me->asked = status == KITH_OK;
}

static void opened(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t made) {
    working_strategy *me = self;
    (void)user, (void)op, (void)text;
    me->asked = 0;
    if (status == KITH_OK) me->handle = made;
    if (me->stopping) end(me);
}

static void read_on(working_strategy *me, uint64_t response) {
    uint64_t op = 0;
    me->asked = http(me)->read(me->host, response, 1048576, response, &op) == KITH_OK;
}

static void responded(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t response, uint32_t code,
                      const kith_attribute *fields, uint32_t count) {
    working_strategy *me = self;
    (void)user, (void)op, (void)text, (void)code, (void)fields, (void)count;
    me->asked = 0;
    if (status == KITH_OK && !me->stopping) read_on(me, response);
    if (me->stopping) end(me);
}

#ifndef PARSE
#define PARSE(data, size) (void)skip_list(data, (data) + (size))
static const char *skip_list(const char *at, const char *last) {
    volatile char room[1024];
    room[0] = 0;
    while (at != last && *at == '[') at = skip_list(at + 1, last);
    return at + (at != last && room[0] == 0);
}
#endif

static void got(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, const void *data, uint32_t size) {
    working_strategy *me = self;
    (void)op, (void)text;
    me->asked = 0;
    if (me->stopping) {
        end(me);
        return;
    }
    if (status != KITH_OK) {
        http(me)->close(me->host, user);
        return;
    }
    const char *bytes = data;
    PARSE(bytes, size);
    read_on(me, user);
}

static const void *http_side(kith_str id) {
    static const kith_http_plugin table = {.opened = opened, .responded = responded, .read = got};
    (void)id;
    return &table;
}
