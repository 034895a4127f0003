/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The behaviours that the method claims, read from traces of real runs: what travelled, and in
 * which order a rank sent and received. Each behaviour of overlap must be absent when overlap is
 * off.
 */
#include "config.h"

#include "fanout.h"
#include "lib/call/lifetime.h"
#include "lib/state/comm_state.h"
#include "tests/common/tap.h"

#include <math.h>
#include <string.h>

/* The first chunks are shorter, so that there are some more than bytes / chunk. */
enum { K = 3, CHUNK = 1024, BYTES = 600 * CHUNK, MOST_CHUNKS = 2 * BYTES / CHUNK };

static int rank, size;
static fan_trace trace;
/* Of the last broadcast. */
static int chunks;
static fan_layout layout;

static bool on_some_rank(bool here)
{
    int flag = here;
    MPI_Allreduce(MPI_IN_PLACE, &flag, 1, MPI_INT, MPI_LOR, MPI_COMM_WORLD);
    return flag;
}

/* Broadcast from rank 0, with groups {1, 2, 3}, {4, 5, 6}, {7}; the trace is left in `trace`. */
static void broadcast(const char *overlap, const char *secondary, const char *algorithm)
{
    MPI_Comm comm;
    MPI_Info hints;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Info_create(&hints);
    MPI_Info_set(hints, "fanout_algorithm", algorithm);
    MPI_Info_set(hints, "fanout_group_size", "3");
    MPI_Info_set(hints, "fanout_branching", "1");
    MPI_Info_set(hints, "fanout_chunk_bytes", "1K");
    MPI_Info_set(hints, "fanout_window", "4");
    MPI_Info_set(hints, "fanout_min_bytes", "0");
    MPI_Info_set(hints, "fanout_overlap", overlap);
    MPI_Info_set(hints, "fanout_secondary_groups", secondary);
    fanout_comm_attach(comm, hints);
    MPI_Info_free(&hints);
    fan_comm_state *state;
    fan_lifetime_state(comm, &state);
    fan_trace_clear(&trace);
    state->trace = &trace;
    char *data = malloc(BYTES);
    memset(data, rank == 0 ? 7 : 0, BYTES);
    fanout_bcast(data, BYTES, MPI_CHAR, 0, comm);
    tap_ok(data[0] == 7 && memcmp(data, data + 1, BYTES - 1) == 0,
           "the data arrives (overlap %s, %s secondary groups, %s)", overlap, secondary, algorithm);
    layout = state->planned.plan.layout;
    chunks = (int)fan_layout_chunks(&layout);
    free(data);
    MPI_Comm_free(&comm);
}

static int group_of(int node)
{
    return (node - 1) / K;
}

static int chunk_at(int64_t offset)
{
    int g = 0;
    while (fan_layout_offset(&layout, g) < offset)
        g++;
    return g;
}

/* Which chunks came from rank 0 to this rank: 1 or 0 for each. */
static void chunks_from_root(int *came)
{
    memset(came, 0, MOST_CHUNKS * sizeof *came);
    for (size_t i = 0; i < trace.count; i++)
        if (trace.transfers[i].kind == FAN_TRANSFER_RECEIVE && trace.transfers[i].peer == 0)
            came[chunk_at(trace.transfers[i].offset)]++;
}

static void check_partition(void)
{
    int mine[MOST_CHUNKS], all[MOST_CHUNKS];
    tap_ok(chunks > K && chunks <= MOST_CHUNKS, "there are %d chunks", chunks);
    chunks_from_root(mine);
    int count = 0;
    for (int i = 0; i < chunks; i++)
        count += mine[i];
    tap_ok(count < chunks, "no member gets all from the root");
    tap_ok(rank == 0 || group_of(rank) > 0 || abs(count - chunks / K) <= 1,
           "subfiles are about equal");
    MPI_Allreduce(mine, all, chunks, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    bool disjoint = true;
    for (int i = 0; i < chunks; i++)
        disjoint = disjoint && all[i] == 1;
    tap_ok(disjoint, "the members' subfiles are disjoint and together the data");
}

/*
 * When the first send of `subfile` to a peer in another group (or the same one) began, INFINITY if
 * there is none.
 */
static double first_send(int subfile, bool to_own_group)
{
    for (size_t i = 0; i < trace.count; i++)
        if (trace.transfers[i].kind == FAN_TRANSFER_SEND && trace.transfers[i].subfile == subfile &&
            (group_of(trace.transfers[i].peer) == group_of(rank)) == to_own_group)
            return trace.transfers[i].begin;
    return INFINITY;
}

static double last_receive(int subfile)
{
    double last = 0;
    for (size_t i = 0; i < trace.count; i++)
        if (trace.transfers[i].kind == FAN_TRANSFER_RECEIVE &&
            trace.transfers[i].subfile == subfile)
            last = fmax(last, trace.transfers[i].end);
    return last;
}

/* This rank, not the root, sends a subfile on before it has received all of that subfile. */
static bool sends_early(bool to_own_group)
{
    for (int subfile = 0; rank > 0 && subfile < K; subfile++)
        if (first_send(subfile, to_own_group) < last_receive(subfile))
            return true;
    return false;
}

static bool every_member_linked_to_every_other(void)
{
    for (int peer = 1; peer <= K; peer++) {
        bool linked = rank == 0 || rank > K || peer == rank;
        for (size_t i = 0; i < trace.count; i++)
            linked = linked || (trace.transfers[i].kind == FAN_TRANSFER_SEND &&
                                trace.transfers[i].peer == peer);
        if (!linked)
            return false;
    }
    return true;
}

static bool feeds_slot_to_slot(void)
{
    for (size_t i = 0; i < trace.count; i++)
        if (trace.transfers[i].kind == FAN_TRANSFER_SEND && rank > 0 && rank <= K &&
            group_of(trace.transfers[i].peer) == 1 && trace.transfers[i].peer != rank + K)
            return false;
    return true;
}

static bool scatter_is_concurrent(void)
{
    int first_of_subfile[K] = {-1, -1, -1}, last = 0, index = 0;
    for (size_t i = 0; i < trace.count; i++)
        if (trace.transfers[i].kind == FAN_TRANSFER_SEND) {
            int subfile = trace.transfers[i].subfile;
            if (first_of_subfile[subfile] < 0)
                first_of_subfile[subfile] = index;
            last = subfile == 0 ? index : last;
            index++;
        }
    return rank != 0 || (first_of_subfile[1] < last && first_of_subfile[2] < last);
}

static double completion(void)
{
    for (size_t i = 0; i < trace.count; i++)
        if (trace.transfers[i].kind == FAN_TRANSFER_WHOLE)
            return trace.transfers[i].end;
    return INFINITY;
}

/* Sends to the group served by the secondary tree, before and after this rank had everything. */
static void secondary_sends(int *before, int *after)
{
    *before = *after = 0;
    double complete = completion();
    for (size_t i = 0; i < trace.count; i++)
        if (trace.transfers[i].kind == FAN_TRANSFER_SEND &&
            group_of(trace.transfers[i].peer) == 2 && group_of(rank) != 2)
            (*(trace.transfers[i].begin < complete ? before : after))++;
}

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);

    broadcast("1", "0", "group");
    check_partition();
    tap_ok(scatter_is_concurrent(), "the root serves all members at the same time");
    tap_ok(every_member_linked_to_every_other(),
           "every member of the first group sends to every other");
    tap_ok(feeds_slot_to_slot(), "slot i of a group feeds slot i of the next");
    tap_ok(on_some_rank(sends_early(true)),
           "some member forwards to its group before its own subfile is complete");
    tap_ok(on_some_rank(sends_early(false)), "a group feeds the next one before it is complete");

    broadcast("0", "0", "group");
    tap_ok(!on_some_rank(sends_early(true)),
           "without overlap nobody forwards an incomplete subfile to its group");
    tap_ok(!on_some_rank(sends_early(false)),
           "without overlap nobody forwards an incomplete subfile to the next group");

    int before, after;
    broadcast("1", "1", "group");
    secondary_sends(&before, &after);
    tap_ok(before == 0, "a secondary group is served by nobody that is not complete");
    tap_ok(on_some_rank(after > 0), "a secondary group is served");

    broadcast("1", "0", "full");
    tap_ok(on_some_rank(rank > 0 && rank <= K && !feeds_slot_to_slot()),
           "full: members feed every member of the next group");
    check_partition();

    fan_trace_clear(&trace);
    return tap_end();
}
