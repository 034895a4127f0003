/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/differential/calm.h"

#include "fanout.h"
#include "tests/differential/input/settings.h"
#include "tests/differential/stream.h"
#include "tests/differential/traffic.h"
#include "tests/differential/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- one broadcast ---- */

static void broadcast(actor *a, operation_kind kind)
{
    team *t = actor_team(a);
    operation o = operation_draw(&a->common, kind, t, actor_id(a), a->place);
    if (o.is_ours && kind <= NONBLOCKING)
        t->is_connected = true;
    if (o.is_ours && kind == NONBLOCKING)
        t->is_warm = true;
    if (t->rank < 0)
        return;
    operation_run(&o);
}

static void stream_any(actor *a)
{
    stream s = stream_draw(a);
    if (s.team->rank >= 0)
        stream_run(&s);
}

/* ---- parameters ---- */

static void hint(MPI_Info hints, const char *key, int value)
{
    char text[24];
    snprintf(text, sizeof text, "%d", value);
    MPI_Info_set(hints, key, text);
}

static void attach(actor *a)
{
    static const int limits[] = {0, 1, 1000, 10000, 65536},
                     chunks[] = {0, LEAST_CHUNK, 1000, 4096, 100000};
    team *t = actor_team(a);
    random_state *common = &a->common;
    MPI_Info hints;
    MPI_Info_create(&hints);
    int min_bytes = DRAW_FROM(common, limits), check = random_one_in(common, 5);
    hint(hints, "fanout_min_bytes", min_bytes);
    hint(hints, "fanout_check", check);
    hint(hints, "fanout_chunk_bytes", DRAW_FROM(common, chunks));
    hint(hints, "fanout_group_size", random_between(common, 0, 6));
    hint(hints, "fanout_branching", random_between(common, 0, 3));
    hint(hints, "fanout_secondary_groups", random_between(common, 0, 3) / 2);
    hint(hints, "fanout_window", random_between(common, 0, 5));
    hint(hints, "fanout_sends", random_between(common, 0, 4));
    hint(hints, "fanout_child_sends", random_between(common, 0, 2));
    hint(hints, "fanout_overlap", random_between(common, 0, 4) > 0);
    hint(hints, "fanout_shared_memory", random_between(common, 0, 4) > 0);
    if (random_one_in(common, 2))
        hint(hints, "fanout_overhead", 1); /* the processors are the limit */
    team_hint(t, min_bytes, check);
    t->is_connected = true;
    if (t->rank >= 0) {
        watch_step(a->place, "attaching to %d ranks", t->size);
        watch_code(a->place, fanout_comm_attach(t->comm, hints), "fanout_comm_attach");
    }
    MPI_Info_free(&hints);
}

static void ask(actor *a)
{
    const team *t = actor_team(a);
    char *text = NULL;
    MPI_Info used;
    int root = random_between(&a->common, 0, t->size - 1);
    if (t->rank < 0)
        return;
    watch_step(a->place, "asking for parameters and plan");
    if (watch_code(a->place, fanout_comm_get_info(t->comm, &used), "fanout_comm_get_info"))
        MPI_Info_free(&used);
    watch_code(a->place, fanout_explain(t->comm, 1000000, root, &text), "fanout_explain");
    free(text);
}

/* ---- of the MPI library ---- */

static void reduce(actor *a)
{
    const team *t = actor_team(a);
    int sum = 0;
    if (t->rank < 0)
        return;
    watch_step(a->place, "MPI_Allreduce of %d ranks", t->size);
    MPI_Allreduce(&t->rank, &sum, 1, MPI_INT, MPI_SUM, t->comm);
    if (sum != t->size * (t->size - 1) / 2)
        watch_fail(a->place, "the sum is %d", sum);
}

/* ---- any of them ---- */

static void free_any(actor *a)
{
    int index = random_between(&a->common, 0, a->pool.count - 1);
    const team *t = &a->pool.teams[index];
    if (t->is_world)
        return;
    actor_forget_persistent(a, t);
    watch_step(a->place, "freeing a communicator of %d ranks", t->size);
    pool_free(&a->pool, index);
}

static void make_any(actor *a)
{
    watch_step(a->place, "making a communicator");
    pool_make(&a->pool, &a->common);
}

static void change(actor *a)
{
    switch (random_between(&a->common, 0, 5)) {
    case 0: free_any(a); break;
    case 1:
    case 2: make_any(a); break;
    default: actor_turn_persistent(a); break;
    }
}

void calm_step(actor *a, bool may_make)
{
    int what = random_between(&a->common, 0, 19);
    traffic_probe(a);
    if (what < 4)
        broadcast(a, BROADCAST);
    else if (what < 6)
        broadcast(a, NONBLOCKING);
    else if (what < 9)
        stream_any(a);
    else if (what < 10)
        broadcast(a, MPI_BROADCAST);
    else if (what < 11)
        reduce(a);
    else if (what < 12)
        ask(a);
    else if (what < 14)
        attach(a);
    else if (may_make)
        change(a);
}
