/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/differential/flight.h"

#include "tests/differential/settings.h"
#include "tests/differential/traffic.h"
#include "tests/differential/watch.h"

enum { ITEMS_MOST = 8 };

typedef struct item {
    operation *operation; /* `own`, or a persistent one */
    operation own;
    team *team;
    bool is_blocking, is_started, has_ended;
} item;

typedef struct flight {
    item items[ITEMS_MOST];
    int count;
    /*
     * Ranks may start them in different order, and wait before all are started. Not where a first
     * nonblocking call on a communicator waits for the other ranks.
     */
    bool is_free;
} flight;

/* ---- drawing ---- */

/*
 * A rank that is in a blocking call must make progress on what is pending, for others may wait for
 * that first.
 */
static bool progresses(const operation *o, const team *t)
{
    return all_settings.progress_thread || all_settings.entangled ||
           (o->kind == BROADCAST && o->is_ours && t->is_connected && !t->may_check);
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

static void draw_item(actor *a, flight *f)
{
    static const operation_kind kinds[] = {BROADCAST,   NONBLOCKING,    NONBLOCKING, NONBLOCKING,
                                           NONBLOCKING, NONBLOCKING,    PERSISTENT,  PERSISTENT,
                                           PERSISTENT,  MPI_NONBLOCKING};
    operation_kind kind = DRAW_FROM(&a->common, kinds);
    item *i = &f->items[f->count];
    if (kind == PERSISTENT) {
        f->count += draw_persistent(a, f, i);
        return;
    }
    team *t = actor_team(a);
    *i = (item){.team = t, .is_blocking = kind == BROADCAST};
    uint64_t id = actor_id(a);
    i->own = kind == BROADCAST ? operation_draw_ours(&a->common, kind, t, id, a->place)
                               : operation_draw(&a->common, kind, t, id, a->place);
    i->operation = &i->own;
    f->count++;
}

static bool may_be_free(const flight *f)
{
    for (const item *i = f->items; i < f->items + f->count; i++) {
        bool waits = i->operation->kind == NONBLOCKING && !i->team->is_warm && i->team->size > 1;
        if (waits || (i->is_blocking && !progresses(i->operation, i->team)))
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
    return f->is_free && !i->is_blocking && has_started_before_on(f, index, i->team);
}

static bool can_wait(const flight *f, int index)
{
    const item *i = &f->items[index];
    return i->is_started && !i->has_ended && has_started_before(f, f->is_free ? index : f->count);
}

static void start(item *i)
{
    operation_start(i->operation);
    i->is_started = true;
    i->has_ended = i->is_blocking;
}

/* Something that this rank may do now with one of them, if there is anything. */
static void act(actor *a, flight *f, int index)
{
    item *i = &f->items[index];
    if (can_start(f, index)) {
        start(i);
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
        if (i->operation->is_ours && i->operation->kind != PERSISTENT) {
            i->team->is_connected = true;
            i->team->is_warm = i->team->is_warm || i->operation->kind == NONBLOCKING;
        }
}

void flight_run(actor *a)
{
    flight f = {0};
    for (int left = random_between(&a->common, 1, ITEMS_MOST); left > 0; left--)
        draw_item(a, &f);
    f.is_free = may_be_free(&f) && !random_one_in(&a->common, 5);
    for (item *i = f.items; i < f.items + f.count; i++)
        if (takes_part(i) && i->operation == &i->own)
            operation_open(i->operation);
    traffic messages;
    traffic_begin(&messages, a);
    while (!has_landed(&f)) {
        if (random_one_in(&a->own, 6))
            traffic_step(&messages);
        act(a, &f, random_between(&a->own, 0, f.count - 1));
    }
    traffic_end(&messages);
    for (item *i = f.items; i < f.items + f.count; i++) {
        if (takes_part(i))
            operation_check(i->operation);
        if (takes_part(i) && i->operation == &i->own)
            operation_close(i->operation);
    }
    learn(&f);
}

void flight_warm_up(actor *a, team *t)
{
    operation o = operation_draw_ours(&a->common, NONBLOCKING, t, actor_id(a), a->place);
    t->is_connected = t->is_warm = true;
    if (t->rank < 0)
        return;
    operation_open(&o);
    operation_start(&o);
    operation_wait(&o);
    operation_check(&o);
    operation_close(&o);
}
