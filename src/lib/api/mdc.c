/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/clock.h"
#include "base/spare/spare.h"
#include "fanout_mdc.h"
#include "lib/adapt/network.h"
#include "lib/call/lifetime.h"
#include "lib/call/streaming.h"
#include "lib/deliver/within.h"
#include "lib/state/callback.h"
#include "lib/state/connection.h"
#include "lib/state/death.h"
#include "lib/state/errors.h"
#include "mdc/fill.h"
#include "mdc/packing.h"

#include <stdlib.h>
#include <sys/param.h>

/* The data that travels: all descriptors, one behind the other. */
typedef struct mdc_stream {
    fan_mdc_packing packing;
    int64_t *left; /* [descriptors] bytes that have not come yet */
    int64_t next;  /* the first descriptor that has not been reported */
    char *array;
    fanout_mdc_fn *completed;
    void *state;
    bool is_root;
} mdc_stream;

/* Also false if the array would have 2^63 bytes or more. `bytes` receives how many it has. */
static bool make_lattice(const fanout_mdc *mdc, fan_mdc_lattice *lattice, int64_t *bytes)
{
    if (mdc == NULL || mdc->axes < 1 || mdc->axes > FAN_MDC_AXES || mdc->element_bytes < 1)
        return false;
    int64_t descriptors = 1;
    bool empty = false;
    *bytes = (int64_t)mdc->element_bytes;
    lattice->axes = mdc->axes;
    for (int i = 0; i < mdc->axes; i++) {
        lattice->extent[i] = mdc->extent[i];
        lattice->factor[i] = mdc->factor[i];
        if (mdc->extent[i] < 0 || mdc->factor[i] < 1 ||
            __builtin_mul_overflow(descriptors, lattice->factor[i], &descriptors))
            return false;
        empty |= mdc->extent[i] == 0;
    }
    for (int i = 0; i < mdc->axes && !empty; i++)
        if (__builtin_mul_overflow(*bytes, lattice->extent[i], bytes))
            return false;
    *bytes = empty ? 0 : *bytes;
    return true;
}

MPI_Count fanout_mdc_count(const fanout_mdc *mdc)
{
    fan_mdc_lattice lattice;
    int64_t bytes;
    return make_lattice(mdc, &lattice, &bytes) ? (MPI_Count)fan_mdc_descriptors(&lattice) : 0;
}

static int64_t read_array(void *state, int64_t offset, void *piece, int64_t bytes)
{
    const mdc_stream *s = state;
    fan_mdc_pack(&s->packing, offset, bytes, s->array, piece);
    return bytes;
}

/* Report descriptors in order. Nonzero: this rank has enough. */
static int tell_completed(mdc_stream *s)
{
    int stop = 0;
    fan_callback_begin();
    while (stop == 0 && s->next < s->packing.count && s->left[s->next] == 0)
        stop = s->completed == NULL ? s->next++, 0 : s->completed(s->state, s->next++);
    fan_callback_end();
    return stop;
}

static void count_off(mdc_stream *s, int64_t offset, int64_t bytes)
{
    for (int64_t done = 0; done < bytes;) {
        int64_t descriptor = fan_mdc_packing_find(&s->packing, offset + done);
        int64_t part = MIN(s->packing.at[descriptor + 1] - offset - done, bytes - done);
        s->left[descriptor] -= part;
        done += part;
    }
}

static int write_array(void *state, int64_t offset, const void *piece, int64_t bytes)
{
    mdc_stream *s = state;
    if (!s->is_root)
        fan_mdc_unpack(&s->packing, offset, bytes, piece, s->array);
    count_off(s, offset, bytes);
    return tell_completed(s);
}

static bool open_stream(mdc_stream *s, const fan_mdc_lattice *lattice, size_t bytes)
{
    if (!fan_mdc_packing_open(&s->packing, lattice, bytes))
        return false;
    s->left = fan_spare_malloc((size_t)s->packing.count * sizeof *s->left);
    for (int64_t d = 0; s->left != NULL && d < s->packing.count; d++)
        s->left[d] = s->packing.at[d + 1] - s->packing.at[d];
    return s->left != NULL;
}

static void close_stream(mdc_stream *s)
{
    fan_spare_free(s->left);
    fan_mdc_packing_close(&s->packing);
}

static size_t bytes_of_lists(const mdc_stream *s)
{
    size_t each = sizeof *s->left + sizeof *s->packing.at;
    return MIN((size_t)s->packing.count, SIZE_MAX / each) * each;
}

static int run_stream(mdc_stream *s, bool has_lists, const fan_streaming *call)
{
    /* descriptors without elements */
    bool stopped = has_lists && tell_completed(s) != 0;
    bool takes = !stopped && !(s->is_root && s->completed == NULL);
    fan_parts parts = {.count = s->packing.count, .at = s->packing.at};
    fan_streaming streaming = *call;
    streaming.store =
        (fan_store){.fill = read_array, .drain = takes ? write_array : NULL, .state = s};
    streaming.parts = &parts;
    streaming.caller_bytes = bytes_of_lists(s);
    streaming.caller_has = "lists of descriptors";
    streaming.lacks_memory = !has_lists;
    int code = fan_streaming_run(&streaming);
    if (!stopped || code != MPI_SUCCESS)
        return code;
    return fan_error_raise(call->comm, FAN_ERR_SINK);
}

int fanout_mdc_bcast(void *array, const fanout_mdc *mdc, fanout_mdc_fn *completed, void *state,
                     int root, MPI_Comm comm, MPI_Info info)
{
    mdc_stream s = {.array = array, .completed = completed, .state = state};
    fan_streaming streaming = {.root = root, .comm = comm, .info = info};
    fan_mdc_lattice lattice;
    int rank = MPI_PROC_NULL;
    if (!make_lattice(mdc, &lattice, &streaming.bytes))
        return fan_error_raise_code(comm, MPI_ERR_ARG);
    int code = fan_error_raise(comm, fan_callback_refuse("fanout_mdc_bcast"));
    if (code != MPI_SUCCESS)
        return code;
    if (comm != MPI_COMM_NULL)
        MPI_Comm_rank(comm, &rank);
    s.is_root = rank == root;
    code = run_stream(&s, open_stream(&s, &lattice, mdc->element_bytes), &streaming);
    close_stream(&s);
    return code;
}

/* ---- with a deadline ---- */

/* Descriptors come in any order, and nobody is told. */
static int keep_in_array(void *state, int64_t offset, const void *piece, int64_t bytes)
{
    mdc_stream *s = state;
    fan_mdc_unpack(&s->packing, offset, bytes, piece, s->array);
    count_off(s, offset, bytes);
    return 0;
}

/* Only the first call on a communicator waits for others. */
static fan_status find_connected(MPI_Comm comm, int64_t bytes, fan_comm_state **state)
{
    fan_status status = fan_lifetime_state_of_survivors(comm, state);
    if (status != FAN_OK)
        return status;
    bool is_new = (*state)->connection != FAN_CONNECTED;
    status = fan_connection_demand(*state);
    if (status != FAN_OK || !is_new)
        return status;
    status = fan_adapt_to_network(*state, bytes);
    /* This rank has not counted the broadcast, and others may have: the next ones fail on all. */
    if (fan_error_is_death((*state)->comm, status))
        fan_death_settle((*state)->comm);
    return status;
}

static fan_status judge(double seconds, const int *present)
{
    static const char function[] = "fanout_mdc_bcast_within";
    if (!(seconds >= 0))
        return fan_fail(FAN_ERR_ARGUMENT, "%s: seconds is %g; it must be at least 0", function,
                        seconds);
    if (present == NULL)
        return fan_fail(FAN_ERR_ARGUMENT,
                        "%s: present is NULL; it must have room for each "
                        "descriptor",
                        function);
    return FAN_OK;
}

/* Of an array with data, on more than one rank. */
static fan_status run_within(mdc_stream *s, int64_t bytes, int root, double deadline,
                             fan_comm_state *state)
{
    fan_parts parts = {.count = s->packing.count, .at = s->packing.at};
    fan_within_task task = {.state = state,
                            .bytes = bytes,
                            .root = root,
                            .parts = state->params.mdc_order == FAN_SPREAD ? &parts : NULL,
                            .deadline = deadline,
                            .store = {.fill = read_array, .drain = keep_in_array, .state = s}};
    return fan_within_run(&task);
}

static void tell_present(const mdc_stream *s, int *present)
{
    for (int64_t d = 0; d < s->packing.count; d++)
        present[d] = s->is_root || s->left[d] == 0;
}

int fanout_mdc_bcast_within(void *array, const fanout_mdc *mdc, double seconds, int *present,
                            int root, MPI_Comm comm)
{
    double deadline = fan_clock_now() + seconds;
    mdc_stream s = {.array = array};
    fan_mdc_lattice lattice;
    fan_comm_state *state;
    int64_t bytes = 0;
    int code = fan_error_raise_code(comm, fan_streaming_check(bytes, 0, comm));
    if (code != MPI_SUCCESS)
        return code;
    bool is_valid = make_lattice(mdc, &lattice, &bytes);
    fan_status status = find_connected(comm, bytes, &state);
    if (status != FAN_OK)
        return fan_error_raise(comm, status);
    state->withins++; /* on a rank whose arguments are wrong, too: the next one is the next one */
    code = is_valid ? fan_streaming_check(bytes, root, comm) : MPI_ERR_ARG;
    if (code != MPI_SUCCESS)
        return fan_error_raise_code(comm, code);
    status = judge(seconds, present);
    if (status != FAN_OK)
        return fan_error_raise(comm, status);
    s.is_root = state->rank == root;
    if (!open_stream(&s, &lattice, mdc->element_bytes))
        status = fan_fail(FAN_ERR_MEMORY, "no memory for lists of descriptors");
    else if (bytes > 0 && state->size > 1)
        status = run_within(&s, bytes, root, deadline, state);
    if (status == FAN_OK)
        tell_present(&s, present);
    close_stream(&s);
    return fan_error_raise(comm, status);
}

/* ---- to be used with what is missing ---- */

static fan_mdc_type kind_of(MPI_Datatype type)
{
    return type == MPI_FLOAT ? FAN_MDC_FLOAT : type == MPI_DOUBLE ? FAN_MDC_DOUBLE : FAN_MDC_OTHER;
}

int fanout_mdc_fill(void *array, const fanout_mdc *mdc, const int *present, MPI_Datatype type,
                    const void *fill_value)
{
    fan_mdc_lattice lattice;
    int64_t bytes;
    int size, code = MPI_Type_size(type, &size);
    if (code != MPI_SUCCESS)
        return code;
    if (!make_lattice(mdc, &lattice, &bytes))
        return MPI_ERR_ARG;
    if ((size_t)size != mdc->element_bytes)
        return MPI_ERR_TYPE;
    int64_t descriptors = fan_mdc_descriptors(&lattice), some = 0;
    bool *there = malloc((size_t)descriptors * sizeof *there);
    if (there == NULL)
        return MPI_ERR_NO_MEM;
    for (int64_t d = 0; d < descriptors; d++) {
        there[d] = present[d] != 0;
        some += there[d];
    }
    bool filled =
        fan_mdc_fill(&lattice, there, kind_of(type), mdc->element_bytes, fill_value, array);
    free(there);
    return some == 0 ? MPI_ERR_ARG : filled ? MPI_SUCCESS : MPI_ERR_NO_MEM;
}
