/* SPDX-License-Identifier: MIT
 *
 * A connector that is attached to a node of its own making. What it joins is linked after a moment.
 */
#include <stdint.h>

enum { most = 8 };

/* Operations that wait for their timer, whose `user` is the place here. */
struct job {
    uint64_t op;
    char name[256];
    uint64_t size;
    int parts;
};
#define OWN struct job jobs[most];
#include "plugin_skeleton.h"

#include <kith/service/connector.h>

static const kith_connector_host *connector(const me *self) { return service(self, KITH_CONNECTOR); }

static int32_t take(me *self, uint64_t op, const kith_peer *peer, int parts) {
    const kith_timer_host *timer = service(self, KITH_TIMER);
    const uint64_t place = self->number++ % most;
    uint64_t timer_op = 0;
    if (self->jobs[place].op != 0 || peer->name.size > sizeof self->jobs[place].name) {
        self->host->error(self->host, text_of("there is no room for another one"));
        return KITH_LIMIT;
    }
    const int32_t status = timer->start(self->host, 50000000, place, &timer_op);
    if (status != KITH_OK) {
        self->host->error(self->host, text_of("no timer could be started"));
        return status;
    }
    self->jobs[place].op = op;
    memcpy(self->jobs[place].name, peer->name.data, peer->name.size);
    self->jobs[place].size = peer->name.size;
    self->jobs[place].parts = parts;
    ++self->outstanding;
    return KITH_OK;
}

static void fired(void *raw, uint64_t user, uint64_t op, int32_t status) {
    me *self = raw;
    struct job *job = &self->jobs[user];
    const kith_str name = {job->name, job->size}, none = {NULL, 0};
    const kith_attribute how = {STR("type"), STR("visible")};
    const kith_link link = {name, &how, 1, 0};
    UNUSED(op);
    if (status == KITH_OK && job->parts) connector(self)->link_down(self->host, 1, name, text_of("parted"));
    if (status == KITH_OK && !job->parts) connector(self)->link_up(self->host, 1, &link);
    connector(self)->done(self->host, job->op, status, status == KITH_OK ? none : text_of("given up"));
    job->op = 0;
    ended(self);
}

static int32_t join(void *raw, uint64_t op, const kith_peer *peer) { return take(raw, op, peer, 0); }
static int32_t part(void *raw, uint64_t op, const kith_peer *peer) { return take(raw, op, peer, 1); }
static void cancel(void *raw, uint64_t op) { /* it is done in a moment */
    UNUSED(raw);
    UNUSED(op);
}
static void refresh(void *raw) { say(raw, "asked for the links", "links", text_of("none")); }

static int32_t begin(me *self) {
    const int32_t status = connector(self)->attached(self->host, text_of("reference@10.0.0.1"), 1);
    if (status != KITH_OK) return status;
    return connector(self)->links(self->host, 1, NULL, 0, sizeof(kith_link));
}

static const void *tables(kith_str id) {
    static const kith_timer_plugin timer = {fired};
    static const kith_connector_plugin own = {join, part, cancel, refresh};
    if (same(id, KITH_TIMER)) return &timer;
    return same(id, KITH_CONNECTOR) ? &own : NULL;
}

static const kith_str required[] = {STR(KITH_CONNECTOR), STR(KITH_TIMER), STR(KITH_LOG)};
REFERENCE(KITH_KIND_CONNECTOR, "reference_connector", "Joins nobody, and says that it has.",
          "{\"type\":\"object\",\"additionalProperties\":false}", NULL, 0)
