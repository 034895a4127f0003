/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/differential/input/pool.h"

#include "tests/differential/input/settings.h"

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

enum { DEFAULT_MIN_BYTES = 65536, TAG_OF_LEADERS = 77, NOBODY = -1, COLOURS = 3 };

/* MPICH 4.0.2 crashes in MPI_Comm_create_group of two ranks of a duplicate, with and without us. */
#ifdef MPICH_VERSION
enum { GROUPS_CRASH = true };
#else
enum { GROUPS_CRASH = false };
#endif

static int world_rank, world_size;
static uint64_t next_id;

/* ---- one communicator ---- */

void team_hint(team *t, int64_t min_bytes, bool check)
{
    t->min_bytes = MAX(t->min_bytes, min_bytes);
    if (all_settings.min_bytes != NOT_SET)
        t->min_bytes = all_settings.min_bytes;
    t->may_check = t->may_check || check || all_settings.check;
}

/* The members are known; enter what follows from them. */
static void add(pool *p, team *t, MPI_Comm comm)
{
    t->comm = comm;
    t->id = next_id++;
    t->rank = NOBODY;
    for (int m = 0; m < t->size; m++)
        if (t->members[m] == world_rank)
            t->rank = m;
    if ((t->rank == NOBODY) != (comm == MPI_COMM_NULL))
        abort();
    team_hint(t, DEFAULT_MIN_BYTES, false);
    if (comm != MPI_COMM_NULL)
        MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    p->teams[p->count++] = *t;
}

void pool_begin(pool *p)
{
    team world = {.is_world = true};
    MPI_Comm_rank(MPI_COMM_WORLD, &world_rank);
    MPI_Comm_size(MPI_COMM_WORLD, &world_size);
    world.size = world_size;
    for (int r = 0; r < world_size; r++)
        world.members[r] = r;
    p->count = 0;
    add(p, &world, MPI_COMM_WORLD);
}

/* ---- all ranks of a communicator ---- */

static void duplicate(pool *p, random_state *common, const team *parent)
{
    team made = {
        .size = parent->size, .min_bytes = parent->min_bytes, .may_check = parent->may_check};
    memcpy(made.members, parent->members, sizeof made.members);
    MPI_Comm comm = MPI_COMM_NULL;
    int kind = random_between(common, 0, 2);
    static const char *const limits[] = {"0", "1000", "70000"};
    const char *limit = DRAW_FROM(common, limits);
    if (kind == 2)
        made.min_bytes = MAX(made.min_bytes, atoi(limit));
    if (parent->rank != NOBODY && kind < 2) {
        MPI_Comm_dup(parent->comm, &comm);
    } else if (parent->rank != NOBODY) {
        MPI_Info hints;
        MPI_Info_create(&hints);
        MPI_Info_set(hints, "fanout_min_bytes", limit);
        MPI_Comm_dup_with_info(parent->comm, hints, &comm);
        MPI_Info_free(&hints);
    }
    add(p, &made, comm);
}

/* ---- some of them ---- */

/* Ranks of a parent, of which those of one colour make a communicator, in the order of keys. */
typedef struct parts {
    int colours[MOST_RANKS], keys[MOST_RANKS];
} parts;

static parts draw_parts(random_state *common, int size, int colours)
{
    parts drawn;
    draw_order(common, size, drawn.keys);
    for (int r = 0; r < size; r++)
        drawn.colours[r] = random_between(common, 0, colours - 1);
    return drawn;
}

/* Unless `reordered`, in the order of ranks. */
static team team_of(const team *parent, const parts *drawn, int colour, bool reordered)
{
    team made = {0};
    for (int key = 0; key < parent->size; key++)
        for (int r = 0; r < parent->size; r++)
            if (drawn->colours[r] == colour && (reordered ? drawn->keys[r] : r) == key)
                made.members[made.size++] = parent->members[r];
    return made;
}

static void split(pool *p, random_state *common, const team *parent)
{
    parts drawn = draw_parts(common, parent->size, random_between(common, 1, COLOURS));
    MPI_Comm comm = MPI_COMM_NULL;
    if (parent->rank != NOBODY)
        MPI_Comm_split(parent->comm, drawn.colours[parent->rank], drawn.keys[parent->rank], &comm);
    for (int colour = 0; colour < COLOURS; colour++) {
        team made = team_of(parent, &drawn, colour, true);
        bool is_mine = parent->rank != NOBODY && drawn.colours[parent->rank] == colour;
        if (made.size == 0)
            continue;
        if (p->count < POOL_MOST)
            add(p, &made, is_mine ? comm : MPI_COMM_NULL);
        else if (is_mine)
            MPI_Comm_free(&comm);
    }
}

static MPI_Group group_of(const team *t)
{
    MPI_Group world, group;
    MPI_Comm_group(MPI_COMM_WORLD, &world);
    MPI_Group_incl(world, t->size, t->members, &group);
    MPI_Group_free(&world);
    return group;
}

static void create(pool *p, random_state *common, const team *parent)
{
    parts drawn = draw_parts(common, parent->size, 2);
    team made = team_of(parent, &drawn, drawn.colours[0], true);
    bool by_group = random_one_in(common, 2) && !GROUPS_CRASH, is_mine = false;
    MPI_Comm comm = MPI_COMM_NULL;
    MPI_Group group = group_of(&made);
    for (int m = 0; m < made.size; m++)
        is_mine = is_mine || made.members[m] == world_rank;
    if (by_group && is_mine)
        MPI_Comm_create_group(parent->comm, group, TAG_OF_GROUPS, &comm);
    else if (!by_group && parent->rank != NOBODY)
        MPI_Comm_create(parent->comm, group, &comm);
    MPI_Group_free(&group);
    add(p, &made, comm);
}

/* ---- an intercommunicator ---- */

static int rank_in(const team *t, int world)
{
    for (int m = 0; m < t->size; m++)
        if (t->members[m] == world)
            return m;
    return NOBODY;
}

/* Two halves, `low` first. */
static MPI_Comm connect(const team *parent, const team *low, const team *high, bool is_low)
{
    MPI_Comm local, inter, merged;
    MPI_Comm_split(parent->comm, is_low, parent->rank, &local);
    int remote = rank_in(parent, is_low ? high->members[0] : low->members[0]);
    MPI_Intercomm_create(local, 0, parent->comm, remote, TAG_OF_LEADERS, &inter);
    MPI_Intercomm_merge(inter, !is_low, &merged);
    MPI_Comm_free(&inter);
    MPI_Comm_free(&local);
    return merged;
}

static void merge(pool *p, random_state *common, const team *parent)
{
    parts drawn = draw_parts(common, parent->size, 2);
    drawn.colours[0] = 0;
    drawn.colours[parent->size - 1] = 1;
    team low = team_of(parent, &drawn, 0, false), high = team_of(parent, &drawn, 1, false);
    MPI_Comm comm = MPI_COMM_NULL;
    if (low.size == 0 || high.size == 0)
        return;
    if (parent->rank != NOBODY)
        comm = connect(parent, &low, &high, drawn.colours[parent->rank] == 0);
    memcpy(&low.members[low.size], high.members, (size_t)high.size * sizeof *high.members);
    low.size += high.size;
    add(p, &low, comm);
}

/* ---- the pool ---- */

void pool_make(pool *p, random_state *common)
{
    if (p->count == POOL_MOST)
        return;
    const team parent = p->teams[random_between(common, 0, p->count - 1)];
    switch (random_between(common, 0, 5)) {
    case 0:
    case 1: duplicate(p, common, &parent); break;
    case 2: create(p, common, &parent); break;
    case 3: merge(p, common, &parent); break;
    default: split(p, common, &parent); break;
    }
}

void pool_make_whole(pool *p, random_state *common)
{
    pool world;
    pool_begin(&world);
    duplicate(p, common, &world.teams[0]);
}

void pool_free(pool *p, int index)
{
    team *t = &p->teams[index];
    if (t->is_world)
        return;
    if (t->comm != MPI_COMM_NULL)
        MPI_Comm_free(&t->comm);
    *t = p->teams[--p->count];
}

void pool_end(pool *p)
{
    for (int i = p->count - 1; i >= 0; i--)
        pool_free(p, i);
}
