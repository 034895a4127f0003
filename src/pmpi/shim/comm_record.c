/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "pmpi/shim/comm_record.h"

#include "comm/check.h"
#include "compat/mpi_calls.h"
#include "fanout.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

static int keyval = MPI_KEYVAL_INVALID;

/*
 * The record that this thread used last. It is valid for its communicator until a record is
 * deleted: after that the handle may belong to another communicator. To look up the attribute takes
 * several times as long.
 */
typedef struct recent_record {
    MPI_Comm comm;
    unsigned deletions; /* by when it was used; never 0 */
    fan_comm_record *record;
} recent_record;

static _Thread_local recent_record recent;
static atomic_uint deletions = 1;

static int delete_record(MPI_Comm comm, int key, void *attribute, void *extra)
{
    (void)comm, (void)key, (void)extra;
    if (atomic_fetch_add(&deletions, 1) == UINT_MAX)
        atomic_fetch_add(&deletions, 1);
    free(attribute);
    return MPI_SUCCESS;
}

static void make_keyval(void)
{
    PMPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, delete_record, &keyval, NULL);
}

int fan_comm_record_ask(MPI_Comm comm, const char *const *keys, int64_t *bytes)
{
    MPI_Info used;
    char text[32] = "";
    int found = 0, code = fanout_comm_get_info(comm, &used);
    if (code != MPI_SUCCESS)
        return code;
    for (int i = 0; !found && keys[i] != NULL; i++)
        fan_compat_info_get(used, keys[i], sizeof text, text, &found);
    PMPI_Info_free(&used);
    *bytes = found ? strtoll(text, NULL, 10) : INT64_MAX;
    return MPI_SUCCESS;
}

static int get_min_bytes(MPI_Comm comm, int64_t *min_bytes)
{
    static const char *const keys[] = {"adapts_from_bytes", "fanout_min_bytes", NULL};
    return fan_comm_record_ask(comm, keys, min_bytes);
}

/* Of the ranks of a communicator, those of this job. */
static int count_own(MPI_Comm comm)
{
    MPI_Group group, world, own;
    int count;
    PMPI_Comm_group(comm, &group);
    PMPI_Comm_group(MPI_COMM_WORLD, &world);
    PMPI_Group_intersection(group, world, &own);
    PMPI_Group_size(own, &count);
    PMPI_Group_free(&group);
    PMPI_Group_free(&world);
    PMPI_Group_free(&own);
    return count;
}

/* Open MPI's launcher says how many programs a job has. It is the same for all of its ranks. */
static bool has_several_programs(void)
{
    const char *programs = getenv("OMPI_NUM_APP_CTX");
    return programs != NULL && atoi(programs) > 1;
}

/*
 * Ranks that were spawned, that another job has connected, or that run another program, may be
 * without the shim, and nothing that they would take part in can tell. If so they broadcast with
 * MPI, so all do. Each rank comes to this by itself: whoever has a stranger is one to it.
 */
static bool has_strangers(MPI_Comm comm, int size)
{
    return has_several_programs() || count_own(comm) < size;
}

static int look_at(MPI_Comm comm, fan_comm_record *record)
{
    int code = fan_comm_look(comm, &record->size);
    if (code != MPI_SUCCESS)
        return code;
    record->verdict = record->size == 0                   ? FAN_INTERCOMM
                      : record->size == 1                 ? FAN_ONE_RANK
                      : has_strangers(comm, record->size) ? FAN_STRANGERS
                                                          : FAN_TAKEN_OVER;
    return MPI_SUCCESS;
}

static int keep(MPI_Comm comm, const fan_comm_record *seen, fan_comm_record **record)
{
    *record = malloc(sizeof **record);
    if (*record == NULL) {
        PMPI_Comm_call_errhandler(comm, MPI_ERR_NO_MEM);
        return MPI_ERR_NO_MEM;
    }
    **record = *seen;
    return PMPI_Comm_set_attr(comm, keyval, *record);
}

/* The record of a communicator, NULL if it has none. */
static int find_record(MPI_Comm comm, fan_comm_record **record)
{
    static pthread_once_t made = PTHREAD_ONCE_INIT;
    unsigned now = atomic_load_explicit(&deletions, memory_order_acquire);
    if (recent.deletions == now && recent.comm == comm) {
        *record = recent.record;
        return MPI_SUCCESS;
    }
    int found;
    pthread_once(&made, make_keyval);
    int code = PMPI_Comm_get_attr(comm, keyval, record, &found);
    if (code != MPI_SUCCESS || !found)
        *record = NULL;
    else
        recent = (recent_record){comm, now, *record};
    return code;
}

int fan_comm_record_look(MPI_Comm comm, fan_comm_record **record)
{
    fan_comm_record seen = {0};
    int code = find_record(comm, record);
    if (code != MPI_SUCCESS || *record != NULL)
        return code;
    code = look_at(comm, &seen);
    return code == MPI_SUCCESS ? keep(comm, &seen, record) : code;
}

fan_comm_record *fan_comm_record_find(MPI_Comm comm)
{
    fan_comm_record *record;
    return find_record(comm, &record) == MPI_SUCCESS ? record : NULL;
}

fan_stats_outcome fan_comm_record_get(MPI_Comm comm, int root, fan_comm_record **record, int *code)
{
    *code = fan_comm_record_look(comm, record);
    if (*code != MPI_SUCCESS)
        return FAN_WRONG_ARGUMENT;
    fan_comm_record *r = *record;
    if (r->verdict != FAN_TAKEN_OVER)
        return r->verdict;
    if (root < 0 || root >= r->size)
        return FAN_WRONG_ARGUMENT;
    if (!r->is_agreed)
        *code = get_min_bytes(comm, &r->min_bytes);
    r->is_agreed = *code == MPI_SUCCESS;
    return r->verdict;
}
