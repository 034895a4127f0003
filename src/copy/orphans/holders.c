/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/orphans/holders.h"

#include <stdlib.h>
#include <sys/param.h>

int *fan_copy_holders_find(const fan_copy_set *own, MPI_Comm comm)
{
    int rank;
    MPI_Comm_rank(comm, &rank);
    int *holders = fan_copy_allocate((size_t)own->count, sizeof *holders);
    for (int64_t i = 0; i < own->count; i++)
        holders[i] = fan_copy_set_has(own, i) ? rank : FAN_COPY_HOLDERS_NONE;
    for (int64_t done = 0; done < own->count;) { /* MPI counts are ints */
        int part = (int)MIN(own->count - done, INT_MAX);
        MPI_Allreduce(MPI_IN_PLACE, holders + done, part, MPI_INT, MPI_MIN, comm);
        done += part;
    }
    return holders;
}

int64_t fan_copy_holders_missing(const fan_copy_manifest *manifest, const fan_copy_set *lacking,
                                 const int *holders)
{
    int64_t bytes = 0;
    fan_copy_cursor cursor = {0};
    fan_copy_piece piece;
    while (fan_copy_pieces_next_of(manifest, lacking, &cursor, &piece))
        if (holders[piece.index] == FAN_COPY_HOLDERS_NONE)
            bytes += piece.bytes;
    return bytes;
}

/* ---- turns ---- */

typedef struct plan {
    fan_copy_holders_turn *turns;
    int64_t count;
    size_t room;
    int64_t of_entry; /* the first turn of the entry that is looked at */
} plan;

static void add_turn(plan *p, int holder, int64_t entry)
{
    fan_copy_grow(&p->turns, &p->room, p->count + 1, sizeof *p->turns);
    p->turns[p->count++] = (fan_copy_holders_turn){holder, entry, entry + 1};
}

static bool has_turn(const plan *p, int holder)
{
    for (int64_t i = p->of_entry; i < p->count; i++)
        if (p->turns[i].holder == holder)
            return true;
    return false;
}

/* What one rank alone sends of an entry goes with what it sends just before. */
static void end_entry(plan *p)
{
    bool is_alone = p->count - p->of_entry == 1 && p->of_entry > 0;
    fan_copy_holders_turn *before = is_alone ? &p->turns[p->of_entry - 1] : NULL;
    if (is_alone && before->holder == before[1].holder) {
        before->end = before[1].end;
        p->count--;
    }
    p->of_entry = p->count;
}

fan_copy_holders_turn *fan_copy_holders_turns(const fan_copy_manifest *manifest,
                                              const fan_copy_set *lacking, const int *holders,
                                              int64_t *count)
{
    plan p = {0};
    int64_t entry = -1;
    fan_copy_cursor cursor = {0};
    fan_copy_piece piece;
    while (fan_copy_pieces_next_of(manifest, lacking, &cursor, &piece)) {
        if (piece.entry != entry)
            end_entry(&p);
        entry = piece.entry;
        if (!has_turn(&p, holders[piece.index]))
            add_turn(&p, holders[piece.index], entry);
    }
    end_entry(&p);
    *count = p.count;
    return p.turns;
}

fan_copy_set fan_copy_holders_pieces(const fan_copy_manifest *manifest, const fan_copy_set *lacking,
                                     const int *holders, const fan_copy_holders_turn *turn)
{
    fan_copy_set set = fan_copy_set_make(lacking->count);
    fan_copy_cursor cursor = {0};
    fan_copy_piece piece;
    while (fan_copy_pieces_next_of(manifest, lacking, &cursor, &piece) && piece.entry < turn->end)
        if (piece.entry >= turn->first && holders[piece.index] == turn->holder)
            fan_copy_set_add(&set, piece.index);
    return set;
}
