/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "comm/agree.h"

#include "comm/check.h"
#include "comm/wait.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

/*
 * What a call works on. When it is given up, MPI may still write there: so this is neither on a
 * stack nor freed then. Without memory the caller's must do: a rank that does not take part would
 * make all others wait.
 */
typedef struct workspace {
    size_t all_bytes;
    void *own, *all, *heap;
} workspace;

static workspace take_room(const void *own, size_t own_bytes, void *all, size_t all_bytes)
{
    char *heap = malloc(own_bytes + all_bytes + 1);
    if (heap == NULL)
        return (workspace){.own = (void *)(uintptr_t)own, .all = all};
    if (own_bytes > 0)
        memcpy(heap, own, own_bytes);
    return (workspace){.all_bytes = all_bytes, .own = heap, .all = heap + own_bytes, .heap = heap};
}

/* Returns MPI's code. */
static int finish(const workspace *w, int code, MPI_Request *request, void *result)
{
    code = fan_comm_completed(code, request);
    if (code == MPI_SUCCESS && w->all_bytes > 0)
        memcpy(result, w->all, w->all_bytes);
    if (code != FAN_GAVE_UP)
        free(w->heap);
    return code;
}

static int all_maximum(MPI_Comm comm, int count, const void *own, void *values)
{
    MPI_Request request;
    size_t bytes = (size_t)count * sizeof(int64_t);
    workspace w = take_room(own, bytes, values, bytes);
    const void *given = w.own == w.all ? MPI_IN_PLACE : w.own;
    int code = PMPI_Iallreduce(given, w.all, count, MPI_INT64_T, MPI_MAX, comm, &request);
    return finish(&w, code, &request, values);
}

int fan_comm_maximum(MPI_Comm comm, int count, int64_t *values)
{
    return all_maximum(comm, count, values, values);
}

int fan_comm_any(MPI_Comm comm, bool *flag)
{
    int64_t own = *flag, most = own;
    int code = all_maximum(comm, 1, &own, &most);
    *flag = most != 0;
    return code;
}

/* What the other group has said. */
static int hear(MPI_Comm comm, int64_t *value)
{
    int64_t own = *value, heard = own;
    int code = all_maximum(comm, 1, &own, &heard);
    *value = MAX(own, heard);
    return code;
}

/* The groups of an intercommunicator tell each other, first each of itself, then what it heard. */
int fan_comm_worst(MPI_Comm comm, int64_t *value)
{
    if (!fan_comm_is_inter(comm))
        return fan_comm_maximum(comm, 1, value);
    int code = hear(comm, value);
    return code == MPI_SUCCESS ? hear(comm, value) : code;
}

static void negate_least(int count, fan_comm_range *ranges)
{
    for (int i = 0; i < count; i++)
        ranges[i].least = -ranges[i].least;
}

/* The least value is the largest of the negated ones, so that one reduction finds both. */
int fan_comm_ranges(MPI_Comm comm, int count, fan_comm_range *ranges)
{
    negate_least(count, ranges);
    int code = all_maximum(comm, 2 * count, ranges, ranges);
    negate_least(count, ranges);
    return code;
}

int fan_comm_from(int root, void *data, size_t bytes, MPI_Comm comm)
{
    MPI_Request request;
    workspace w = take_room(NULL, 0, data, bytes);
    if (w.heap != NULL)
        memcpy(w.all, data, bytes);
    int code = PMPI_Ibcast(w.all, (int)bytes, MPI_BYTE, root, comm, &request);
    return finish(&w, code, &request, data);
}

int fan_comm_to_first(const void *own, void *all, size_t bytes, MPI_Comm comm)
{
    MPI_Request request;
    int rank, size;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    workspace w = take_room(own, bytes, all, rank == 0 ? (size_t)size * bytes : 0);
    int code =
        PMPI_Igather(w.own, (int)bytes, MPI_BYTE, w.all, (int)bytes, MPI_BYTE, 0, comm, &request);
    return finish(&w, code, &request, all);
}

int fan_comm_to_all(const void *own, void *all, size_t bytes, MPI_Comm comm)
{
    MPI_Request request;
    int size;
    MPI_Comm_size(comm, &size);
    workspace w = take_room(own, bytes, all, (size_t)size * bytes);
    int code =
        PMPI_Iallgather(w.own, (int)bytes, MPI_BYTE, w.all, (int)bytes, MPI_BYTE, comm, &request);
    return finish(&w, code, &request, all);
}

void fan_comm_verdict_set(fan_comm_verdict *verdict, fan_status status)
{
    verdict->status = status;
    snprintf(verdict->text, sizeof verdict->text, "%s", status == FAN_OK ? "" : fan_fail_text());
}

fan_status fan_comm_verdict_get(const fan_comm_verdict *verdict)
{
    return verdict->status == FAN_OK ? FAN_OK : fan_fail(verdict->status, "%s", verdict->text);
}

fan_status fan_comm_share(MPI_Comm comm, fan_status status, fan_comm_verdict *verdict, size_t bytes,
                          const char *failure)
{
    fan_comm_verdict_set(verdict, status);
    int code = fan_comm_from(0, verdict, bytes, comm);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "%s", failure);
    return fan_comm_verdict_get(verdict);
}
