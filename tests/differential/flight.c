/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/differential/flight.h"

#include "tests/differential/input/settings.h"
#include "tests/differential/stream.h"
#include "tests/differential/traffic.h"
#include "tests/differential/watch.h"

#include <inttypes.h>

enum { ITEMS_MOST = 8 };

/* What an item is. */
typedef enum item_kind { OPERATION, STREAM, ATTACH, FREE } item_kind;

typedef struct item {
    item_kind kind;
    operation *operation; /* `own`, or a persistent one; also of a kind that has none: `own` */
    operation own;
    stream stream;
    team *team;
    bool is_blocking;
    bool is_first; /* the first nonblocking call on a communicator waits for the other ranks */
    bool is_started, has_ended;
} item;

typedef struct flight {
    item items[ITEMS_MOST + 1];
    int count;
    team *freed; /* by the last item, though broadcasts on it may be in flight; or NULL */
    /* Ranks may start them in different order, and wait before all are started. */
    bool is_free;
} flight;

/* ---- drawing ---- */

/* Blocking calls of any kind may stand between: a thread makes progress, or the library should. */
static bool is_entangled(void)
{
    return all_settings.progress_thread || all_settings.entangled;
}

/*
 * A rank that is in a blocking call must make progress on what is pending, for others may wait for
 * that first.
 */
static bool progresses(const item *i)
{
    return is_entangled() || i->kind == FREE ||
           (i->kind == OPERATION && !i->is_first && i->operation->is_ours &&
            i->team->is_connected && !i->team->may_check);
}

static bool draw_persistent(actor *a, flight *f, item *i)
{
    prepared *p = &a->persistent[random_between(&a->common, 0, PERSISTENT_MOST - 1)];
    if (!p->exists)
        return false;
    for (int other = 0; other < f->count; other++)
        if (f->items[other].operation == &p->operation)
            return false;
    uint64_t id = actor_id(a);
    if (p->team.rank >= 0)
        operation_refill(&p->operation, id);
    *i = (item){.operation = &p->operation, .team = &p->team};
    return true;
}

static void draw_operation(actor *a, item *i, operation_kind kind)
{
    team *t = actor_team(a);
    bool is_blocking = kind == BROADCAST || kind == MPI_BROADCAST;
    *i = (item){.team = t, .is_blocking = is_blocking, .operation = &i->own};
    uint64_t id = actor_id(a);
    bool may_be_small = !is_blocking || is_entangled();
    i->own = may_be_small ? operation_draw(&a->common, kind, t, id, a->place)
                          : operation_draw_ours(&a->common, kind, t, id, a->place);
    i->is_first = kind == NONBLOCKING && !t->is_warm && t->size > 1;
}

static void draw_stream(actor *a, item *i)
{
    *i = (item){.kind = STREAM, .is_blocking = true, .operation = &i->own};
    i->stream = stream_draw(a);
    for (team *t = a->pool.teams; t < a->pool.teams + a->pool.count; t++)
        if (t == i->stream.team)
            i->team = t;
}

/* With the old parameters, but for those of an earlier call. */
static void draw_attach(actor *a, item *i)
{
    *i = (item){.kind = ATTACH, .is_blocking = true, .operation = &i->own, .team = actor_team(a)};
}

static void draw_item(actor *a, flight *f)
{
    item *i = &f->items[f->count];
    switch (random_between(&a->common, 0, 12)) {
    case 0:
    case 1: draw_operation(a, i, BROADCAST); break;
    case 2: draw_operation(a, i, MPI_NONBLOCKING); break;
    case 3:
    case 4:
    case 5:
        if (!draw_persistent(a, f, i))
            return;
        break;
    case 6:
        if (!is_entangled())
            return;
        if (random_one_in(&a->common, 3))
            draw_attach(a, i);
        else
            draw_stream(a, i);
        break;
    case 7:
        if (!all_settings.progress_thread)
            return;
        draw_operation(a, i, MPI_BROADCAST);
        break;
    default: draw_operation(a, i, NONBLOCKING); break;
    }
    f->count++;
}

/* Open MPI 4.1.4 crashes when a communicator is freed with an MPI_Ibcast in flight. */
static bool may_have_mpi(const flight *f, const team *t)
{
    for (const item *i = f->items; i < f->items + f->count; i++)
        if (i->team == t && i->kind == OPERATION && !i->is_blocking && !i->operation->is_ours)
            return true;
    return false;
}

/* Threads must not make communicators at the same time; perhaps free them neither. */
static void draw_free(actor *a, flight *f)
{
    team *t = actor_team(a);
    if (!random_one_in(&a->common, 5) || t->is_world || a->place != 0 ||
        actor_has_persistent(a, t) || may_have_mpi(f, t))
        return;
    item *i = &f->items[f->count++];
    *i = (item){.kind = FREE, .team = t, .is_blocking = true, .operation = &i->own};
    f->freed = t;
}

static bool may_be_free(const flight *f)
{
    for (const item *i = f->items; i < f->items + f->count; i++) {
        if ((i->is_blocking || i->is_first) && !progresses(i))
            return false;
    }
    return true;
}

/* ---- doing ---- */

static bool takes_part(const item *i)
{
    return i->team->rank >= 0;
}

static bool has_started_before(const flight *f, int end)
{
    for (int i = 0; i < end; i++)
        if (takes_part(&f->items[i]) && !f->items[i].is_started)
            return false;
    return true;
}

static bool has_started_before_on(const flight *f, int end, const team *t)
{
    for (int i = 0; i < end; i++)
        if (f->items[i].team == t && !f->items[i].is_started)
            return false;
    return true;
}

static bool can_start(const flight *f, int index)
{
    const item *i = &f->items[index];
    if (!takes_part(i) || i->is_started)
        return false;
    if (has_started_before(f, index))
        return true;
    return f->is_free && !i->is_blocking && !i->is_first &&
           has_started_before_on(f, index, i->team);
}

static bool can_wait(const flight *f, int index)
{
    const item *i = &f->items[index];
    return i->is_started && !i->has_ended && has_started_before(f, f->is_free ? index : f->count);
}

static void start(item *i, int place)
{
    switch (i->kind) {
    case OPERATION: operation_start(i->operation); break;
    case STREAM: stream_run(&i->stream); break;
    case ATTACH:
        watch_step(place, "attaching to team %" PRIu64, i->team->id);
        watch_code(place, fanout_comm_attach(i->team->comm, MPI_INFO_NULL), "fanout_comm_attach");
        break;
    case FREE:
        watch_step(place, "freeing team %" PRIu64, i->team->id);
        MPI_Comm_free(&i->team->comm);
        break;
    }
    i->is_started = true;
    i->has_ended = i->is_blocking;
}

/* Something that this rank may do now with one of them, if there is anything. */
static void act(actor *a, flight *f, int index)
{
    item *i = &f->items[index];
    if (can_start(f, index)) {
        start(i, a->place);
    } else if (can_wait(f, index) && random_one_in(&a->own, 3)) {
        operation_wait(i->operation);
        i->has_ended = true;
    } else if (i->is_started && !i->has_ended) {
        i->has_ended = operation_test(i->operation);
    }
}

static bool has_landed(const flight *f)
{
    for (const item *i = f->items; i < f->items + f->count; i++)
        if (takes_part(i) && !i->has_ended)
            return false;
    return true;
}

static void learn(const flight *f)
{
    for (const item *i = f->items; i < f->items + f->count; i++)
        if (i->kind == OPERATION && i->operation->is_ours && i->operation->kind != PERSISTENT) {
            i->team->is_connected = true;
            i->team->is_warm = i->team->is_warm || i->operation->kind == NONBLOCKING;
        }
}

static bool has_own_part(const item *i)
{
    return i->kind == OPERATION && i->operation == &i->own && takes_part(i);
}

static void prepare(actor *a, flight *f)
{
    for (int left = random_between(&a->common, 1, ITEMS_MOST); left > 0; left--)
        draw_item(a, f);
    draw_free(a, f);
    f->is_free = may_be_free(f) && !random_one_in(&a->common, 5);
    for (item *i = f->items; i < f->items + f->count; i++)
        if (has_own_part(i))
            operation_open(i->operation);
}

static void land(actor *a, flight *f)
{
    for (item *i = f->items; i < f->items + f->count; i++) {
        if (i->kind == OPERATION && takes_part(i))
            operation_check(i->operation);
        if (has_own_part(i))
            operation_close(i->operation);
    }
    learn(f);
    if (f->freed != NULL)
        pool_free(&a->pool, (int)(f->freed - a->pool.teams));
}

void flight_run(actor *a)
{
    flight f = {0};
    traffic messages;
    prepare(a, &f);
    traffic_begin(&messages, a, f.freed);
    while (!has_landed(&f)) {
        if (random_one_in(&a->own, 6))
            traffic_step(&messages);
        act(a, &f, random_between(&a->own, 0, f.count - 1));
    }
    traffic_end(&messages);
    land(a, &f);
}

void flight_warm_up(actor *a, team *t)
{
    operation o = operation_draw_ours(&a->common, NONBLOCKING, t, actor_id(a), a->place);
    t->is_connected = t->is_warm = true;
    if (t->rank < 0)
        return;
    operation_run(&o);
}
