/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "comm/agree.h"

#include "comm/check.h"
#include "comm/wait.h"

#include <stdio.h>
#include <sys/param.h>

/* `own` may be MPI_IN_PLACE. */
static int all_maximum(MPI_Comm comm, int count, const void *own, void *values)
{
    MPI_Request request;
    int code = PMPI_Iallreduce(own, values, count, MPI_INT64_T, MPI_MAX, comm, &request);
    return fan_comm_completed(code, &request);
}

int fan_comm_maximum(MPI_Comm comm, int count, int64_t *values)
{
    return all_maximum(comm, count, MPI_IN_PLACE, values);
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
    int code = all_maximum(comm, 2 * count, MPI_IN_PLACE, ranges);
    negate_least(count, ranges);
    return code;
}

int fan_comm_from(int root, void *data, size_t bytes, MPI_Comm comm)
{
    MPI_Request request;
    int code = PMPI_Ibcast(data, (int)bytes, MPI_BYTE, root, comm, &request);
    return fan_comm_completed(code, &request);
}

int fan_comm_to_first(const void *own, void *all, size_t bytes, MPI_Comm comm)
{
    MPI_Request request;
    int code =
        PMPI_Igather(own, (int)bytes, MPI_BYTE, all, (int)bytes, MPI_BYTE, 0, comm, &request);
    return fan_comm_completed(code, &request);
}

int fan_comm_to_all(const void *own, void *all, size_t bytes, MPI_Comm comm)
{
    MPI_Request request;
    int code =
        PMPI_Iallgather(own, (int)bytes, MPI_BYTE, all, (int)bytes, MPI_BYTE, comm, &request);
    return fan_comm_completed(code, &request);
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
