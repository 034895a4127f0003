/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/survive/mend.h"

#include "base/log.h"
#include "base/spare/spare.h"
#include "comm/agree.h"
#include "lib/call/lifetime.h"
#include "lib/deliver/delivery.h"
#include "lib/deliver/pending.h"
#include "lib/state/connection.h"
#include "lib/state/errors.h"
#include "lib/state/tell.h"
#include "plan/rescue/rescue.h"

#include <string.h>
#include <sys/param.h>

/* The others wait for this one. */
static void *must_have(void *memory)
{
    if (memory != NULL)
        return memory;
    fan_fail(FAN_ERR_MEMORY, "no memory to finish a broadcast after a death");
    fan_error_abort();
}

/* ---- the state of the survivors ---- */

/*
 * The parameters of the communicator of all, but nothing is tried or recorded here. A rank that has
 * died while ranks learned of the network may have left them with different ones: the first's hold.
 */
static fan_status begin(const fan_comm_state *all, fan_comm_state *s)
{
    s->params = all->params;
    int code = fan_comm_from(0, &s->params, sizeof s->params, s->user_comm);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "cannot tell those that live of the parameters");
    s->traced = false;
    s->adapts = false;
    return FAN_OK;
}

static fan_status connect(const fan_comm_state *all, fan_comm_state **state)
{
    fan_status status = fan_lifetime_find(all->survivors, state);
    if (status != FAN_OK)
        return status;
    fan_comm_state *s = *state;
    if (s->connection == FAN_UNCONNECTED)
        status = begin(all, s);
    if (status != FAN_OK)
        return status;
    fan_comm_bound_set(fan_comm_state_bound(s, s->params.timeout));
    status = fan_connection_make(s);
    if (status == FAN_OK && s->connection != FAN_CONNECTED)
        return fan_fail(FAN_ERR_MEMORY, "those that live cannot finish a broadcast: %s",
                        s->obstacle);
    return status;
}

/* ---- what each has ---- */

typedef struct table {
    fan_range *ranges; /* [size][most] */
    fan_ranges *sets;  /* [size], in there */
} table;

static void release(table *t)
{
    fan_spare_free(t->ranges);
    fan_spare_free(t->sets);
}

/* Ranges of no bytes fill a row up. */
static void find_sets(table *t, int size, int64_t most)
{
    for (int rank = 0; rank < size; rank++) {
        fan_ranges *set = &t->sets[rank];
        *set = (fan_ranges){.ranges = t->ranges + rank * most};
        while ((int64_t)set->count < most && set->ranges[set->count].to > 0)
            set->count++;
    }
}

static fan_status disagree(const fan_comm_state *state, fan_comm_range bytes, fan_comm_range root)
{
    fan_status status = fan_fail(FAN_ERR_DISAGREEMENT,
                                 "the ranks that live disagree on a broadcast: of %lld to %lld "
                                 "bytes, from root %lld to %lld",
                                 (long long)bytes.least, (long long)bytes.most,
                                 (long long)root.least, (long long)root.most);
    if (state->rank == 0)
        fan_warn("%s", fan_fail_text());
    return status;
}

/* Ranks compare also what they give, since one is told where to put what the others have. */
static fan_status exchange(const fan_comm_state *state, const fan_mend_task *task, table *t)
{
    const fan_ranges *own = &task->have;
    fan_comm_range ranges[] = {fan_comm_range_of((int64_t)own->count),
                               fan_comm_range_of(task->bytes), fan_comm_range_of(task->root)};
    int code = fan_comm_ranges(state->user_comm, 3, ranges);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "cannot tell those that live what is here");
    if (!fan_comm_range_is_one(ranges[1]) || !fan_comm_range_is_one(ranges[2]))
        return disagree(state, ranges[1], ranges[2]);
    int64_t most = MAX(ranges[0].most, 1);
    size_t row = (size_t)most * sizeof(fan_range);
    fan_range *mine = must_have(fan_spare_calloc(1, row));
    t->ranges = must_have(fan_spare_calloc((size_t)state->size, row));
    t->sets = must_have(fan_spare_calloc((size_t)state->size, sizeof *t->sets));
    if (own->count > 0)
        memcpy(mine, own->ranges, own->count * sizeof *mine);
    code = fan_comm_to_all(mine, t->ranges, row, state->user_comm);
    fan_spare_free(mine);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "cannot tell those that live what is here");
    find_sets(t, state->size, most);
    return FAN_OK;
}

/* ---- a broadcast of what one rank holds for the others ---- */

/* Its bytes are those of the runs, one behind the other. */
typedef struct patchwork {
    fan_mend_task *task;
    const fan_rescue *rescue;
    int holder;
} patchwork;

static int64_t length_of(const patchwork *p, size_t run)
{
    const fan_rescue_run *r = &p->rescue->runs[run];
    return r->holder == p->holder ? r->range.to - r->range.from : 0;
}

static int64_t count_bytes(const patchwork *p)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < p->rescue->count; i++)
        bytes += length_of(p, i);
    return bytes;
}

static void copy_from(const fan_store *store, int64_t offset, char *piece, int64_t bytes)
{
    if (store->base != NULL)
        memcpy(piece, (const char *)store->base + offset, (size_t)bytes);
    else
        store->fill(store->state, offset, piece, bytes);
}

/* What is here already is left alone: a root may not be written to. */
static void copy_to(fan_mend_task *task, int64_t offset, const char *piece, int64_t bytes)
{
    const fan_store *store = &task->store;
    if (fan_ranges_have(&task->have, offset, bytes))
        return;
    if (store->base != NULL)
        memcpy((char *)store->base + offset, piece, (size_t)bytes);
    else if (store->drain == NULL || store->drain(store->state, offset, piece, bytes) != 0)
        return;
    fan_ranges_add(&task->have, offset, bytes);
}

/* The bytes [offset, offset + bytes) of the patchwork: `in` goes to the store, or that to `out`. */
static void copy(patchwork *p, int64_t offset, char *out, const char *in, int64_t bytes)
{
    int64_t begin = 0; /* of the run, in the patchwork */
    for (size_t i = 0; i < p->rescue->count && begin < offset + bytes; begin += length_of(p, i++)) {
        int64_t from = MAX(offset, begin), to = MIN(offset + bytes, begin + length_of(p, i));
        if (from >= to)
            continue;
        int64_t place = p->rescue->runs[i].range.from + from - begin;
        if (in == NULL)
            copy_from(&p->task->store, place, out + (from - offset), to - from);
        else
            copy_to(p->task, place, in + (from - offset), to - from);
    }
}

static int64_t fill(void *state, int64_t offset, void *piece, int64_t bytes)
{
    copy(state, offset, piece, NULL, bytes);
    return bytes;
}

static int drain(void *state, int64_t offset, const void *piece, int64_t bytes)
{
    copy(state, offset, NULL, piece, bytes);
    return 0;
}

/* What has come is put down as it comes, and if this fails, what is still in cells: see `found`. */
static void found(void *unused, int64_t offset, int64_t bytes)
{
    (void)unused, (void)offset, (void)bytes;
}

static fan_status send_from(fan_comm_state *state, patchwork *p)
{
    static const fan_salvage salvage = {.found = found};
    bool is_holder = p->holder == state->rank;
    fan_delivery_task task = {
        .state = state,
        .lane = &state->lane,
        .node = state->map.node,
        .params = &state->params,
        .planned = &state->planned,
        .bytes = count_bytes(p),
        .root = p->holder,
        .store = {.fill = fill, .drain = is_holder ? NULL : drain, .state = p},
        .salvage = &salvage};
    return task.bytes == 0 ? FAN_OK : fan_pending_deliver(&task);
}

/* Of each holder in turn. */
static fan_status send_all(fan_comm_state *state, fan_mend_task *task, const fan_rescue *rescue)
{
    fan_status status = FAN_OK;
    for (int rank = 0; rank < state->size && status == FAN_OK; rank++) {
        patchwork p = {.task = task, .rescue = rescue, .holder = rank};
        status = send_from(state, &p);
    }
    return status;
}

static void say(const fan_comm_state *state, const fan_rescue *rescue)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < rescue->count; i++)
        bytes += rescue->runs[i].range.to - rescue->runs[i].range.from;
    fan_tell(state, FAN_DEBUG_INFO,
             "of a broadcast %lld bytes were not on all that live, %lld on none, the others on %d",
             (long long)bytes, (long long)rescue->lost, rescue->holders);
}

fan_status fan_mend(fan_mend_task *task)
{
    fan_comm_state *state;
    fan_rescue rescue;
    table t = {0};
    fan_status status = connect(task->state, &state);
    if (status == FAN_OK)
        status = exchange(state, task, &t);
    if (status == FAN_OK) {
        must_have(fan_rescue_make(state->size, t.sets, task->bytes, &rescue) ? task : NULL);
        say(state, &rescue);
        task->lost = rescue.lost;
        if (rescue.lost == 0)
            status = send_all(state, task, &rescue);
        fan_rescue_free(&rescue);
    }
    release(&t);
    return status;
}
