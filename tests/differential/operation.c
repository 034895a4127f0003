/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/differential/operation.h"

#include "tests/differential/input/settings.h"
#include "tests/differential/watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/param.h>

enum { SERIES_PART = 200, TEXT = 200, PAIR_FACTOR = 32, RING_BYTES = 2 * 1024 * 1024 };

static const char *const names[] = {[BROADCAST] = "fanout_bcast",
                                    [NONBLOCKING] = "fanout_ibcast",
                                    [PERSISTENT] = "persistent broadcast",
                                    [MPI_BROADCAST] = "MPI_Bcast",
                                    [MPI_NONBLOCKING] = "MPI_Ibcast"};

const char *operation_text(const operation *o)
{
    static _Thread_local char text[TEXT];
    snprintf(text, sizeof text, "%s %" PRIu64 " of %zu bytes from %d of %d ranks, team %" PRIu64,
             names[o->kind], o->content.id, o->content.bytes, o->root, o->team->size, o->team->id);
    return text;
}

/* ---- drawing ---- */

/* Where something changes in the library, one more or less, and anything between. */
static size_t draw_bytes(random_state *state, const team *t)
{
    const int64_t chunk = all_settings.chunk_bytes == NOT_SET ? 8192 : all_settings.chunk_bytes;
    const int64_t edges[] = {0,          1,         t->min_bytes, PAIR_FACTOR * t->min_bytes,
                             chunk,      3 * chunk, 64 * 1024,    256 * 1024,
                             RING_BYTES, 4096,      17 * chunk,   100000};
    int64_t bytes = DRAW_FROM(state, edges) + random_between(state, -1, 1);
    switch (random_between(state, 0, 9)) {
    case 0: bytes = random_between(state, 0, all_settings.most_bytes); break;
    case 1:
    case 2: bytes = random_between(state, 0, 400000); break;
    case 3: bytes = random_between(state, 0, 3000); break;
    default: break;
    }
    return (size_t)MAX(0, MIN(bytes, all_settings.most_bytes));
}

static bool is_mpis(const operation *o)
{
    return o->kind == MPI_BROADCAST || o->kind == MPI_NONBLOCKING;
}

static bool may_be_passed_through(const operation *o)
{
    return is_mpis(o) || (int64_t)o->content.bytes < PAIR_FACTOR * o->team->min_bytes;
}

static operation draw(random_state *common, operation_kind kind, const team *t, uint64_t id,
                      int place, size_t bytes)
{
    operation o = {.kind = kind, .team = t, .place = place, .mpi = MPI_REQUEST_NULL};
    o.content = content_draw(common, bytes, id);
    o.root = random_between(common, 0, t->size - 1);
    o.is_plain = is_mpis(&o) || (o.content.bytes > 0 && may_be_passed_through(&o));
    if (o.is_plain && o.content.signature.count == 2) {
        o.content.signature.count = 1;
        o.content.bytes = signature_bytes(&o.content.signature);
    }
    o.is_ours = !may_be_passed_through(&o) && o.content.bytes > 0 && t->size > 1;
    return o;
}

operation operation_draw(random_state *common, operation_kind kind, const team *t, uint64_t id,
                         int place)
{
    return draw(common, kind, t, id, place, draw_bytes(common, t));
}

operation operation_draw_ours(random_state *common, operation_kind kind, const team *t, uint64_t id,
                              int place)
{
    size_t least = (size_t)(PAIR_FACTOR * t->min_bytes) + 1;
    size_t drawn = draw_bytes(common, t);
    return draw(common, kind, t, id, place, MAX(least, drawn));
}

/* ---- doing ---- */

static bool is_root(const operation *o)
{
    return o->team->rank == o->root;
}

void operation_open(operation *o)
{
    uint64_t series = SERIES_PART + (o->is_plain ? MOST_RANKS : (uint64_t)o->team->rank);
    random_state state = draw_series(all_settings.seed, series, o->content.id);
    part_make(&o->part, &state, &o->content, is_root(o));
}

static int start(operation *o)
{
    part *p = &o->part;
    int count = (int)p->count;
    MPI_Comm comm = o->team->comm;
    switch (o->kind) {
    case BROADCAST: return fanout_bcast(p->address, count, p->type, o->root, comm);
    case NONBLOCKING:
        return fanout_ibcast_c(p->address, count, p->type, o->root, comm, &o->request);
    case PERSISTENT: return fanout_start(&o->request);
    case MPI_BROADCAST: return MPI_Bcast(p->address, count, p->type, o->root, comm);
    default: return MPI_Ibcast(p->address, count, p->type, o->root, comm, &o->mpi);
    }
}

void operation_init(operation *o)
{
    part *p = &o->part;
    watch_step(o->place, "making %s", operation_text(o));
    watch_code(o->place,
               fanout_bcast_init_c(p->address, p->count, p->type, o->root, o->team->comm,
                                   MPI_INFO_NULL, &o->request),
               "fanout_bcast_init");
}

void operation_start(operation *o)
{
    watch_step(o->place, "starting %s", operation_text(o));
    watch_code(o->place, start(o), names[o->kind]);
}

bool operation_test(operation *o)
{
    int flag = 1, code = MPI_SUCCESS;
    fanout_request none = FANOUT_REQUEST_NULL;
    if (o->kind == MPI_NONBLOCKING) {
        code = fanout_test(&none, &flag); /* for our broadcasts to make progress */
        if (code == MPI_SUCCESS)
            code = MPI_Test(&o->mpi, &flag, MPI_STATUS_IGNORE);
    } else if (o->kind == NONBLOCKING || o->kind == PERSISTENT) {
        code = fanout_test(&o->request, &flag);
    }
    watch_code(o->place, code, names[o->kind]);
    return flag || code != MPI_SUCCESS;
}

void operation_wait(operation *o)
{
    watch_step(o->place, "waiting for %s", operation_text(o));
    if (o->kind == NONBLOCKING || o->kind == PERSISTENT)
        watch_code(o->place, fanout_wait(&o->request), names[o->kind]);
    while (!operation_test(o))
        continue;
}

void operation_check(operation *o)
{
    char text[PART_TEXT];
    if (!part_is_right(&o->part, text))
        watch_fail(o->place, "%s: %s", operation_text(o), text);
}

void operation_refill(operation *o, uint64_t id)
{
    o->content.id = id;
    part_refill(&o->part, id, is_root(o));
}

void operation_close(operation *o)
{
    if (o->kind == PERSISTENT)
        watch_code(o->place, fanout_request_free(&o->request), "fanout_request_free");
    part_free(&o->part);
}

void operation_run(operation *o)
{
    operation_open(o);
    operation_start(o);
    operation_wait(o);
    operation_check(o);
    operation_close(o);
}
