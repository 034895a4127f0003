/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/differential/actor.h"

#include "tests/differential/input/settings.h"
#include "tests/differential/watch.h"

enum { SERIES_ACTOR = 1000, IDS_OF_ACTOR = 32 };

void actor_begin(actor *a, int number, uint64_t life)
{
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    *a = (actor){.place = number, .next_id = life << IDS_OF_ACTOR};
    uint64_t series = SERIES_ACTOR + (uint64_t)number * (MOST_RANKS + 1);
    a->common = draw_series(all_settings.seed, series, life);
    a->own = draw_series(all_settings.seed, series + 1 + (uint64_t)rank, life);
}

uint64_t actor_id(actor *a)
{
    return a->next_id++ * WATCH_PLACES + (uint64_t)a->place;
}

team *actor_team(actor *a)
{
    return &a->pool.teams[random_between(&a->common, 0, a->pool.count - 1)];
}

bool actor_has_persistent(const actor *a, const team *t)
{
    for (const prepared *p = a->persistent; p < a->persistent + PERSISTENT_MOST; p++)
        if (p->exists && p->team.id == t->id)
            return true;
    return false;
}

static void make_persistent(actor *a, prepared *p)
{
    p->exists = true;
    p->team = *actor_team(a);
    p->operation = operation_draw(&a->common, PERSISTENT, &p->team, actor_id(a), a->place);
    if (p->team.comm == MPI_COMM_NULL)
        return;
    operation_open(&p->operation);
    operation_init(&p->operation);
}

static void free_persistent(prepared *p)
{
    p->exists = false;
    if (p->team.comm != MPI_COMM_NULL)
        operation_close(&p->operation);
}

void actor_turn_persistent(actor *a)
{
    prepared *p = &a->persistent[random_between(&a->common, 0, PERSISTENT_MOST - 1)];
    if (p->exists)
        free_persistent(p);
    else
        make_persistent(a, p);
}

void actor_forget_persistent(actor *a, const team *t)
{
    for (prepared *p = a->persistent; p < a->persistent + PERSISTENT_MOST; p++)
        if (p->exists && (t == NULL || p->team.id == t->id))
            free_persistent(p);
}
