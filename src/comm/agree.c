/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "comm/agree.h"

#include "comm/wait.h"

#include <stdio.h>

static int all_reduce(MPI_Comm comm, int count, void *values, MPI_Op op)
{
    MPI_Request request;
    int code = PMPI_Iallreduce(MPI_IN_PLACE, values, count, MPI_INT64_T, op, comm, &request);
    return fan_comm_completed(code, &request);
}

int fan_comm_maximum(MPI_Comm comm, int count, int64_t *values)
{
    return all_reduce(comm, count, values, MPI_MAX);
}

int fan_comm_any(MPI_Comm comm, bool *flag)
{
    int64_t value = *flag;
    int code = fan_comm_maximum(comm, 1, &value);
    *flag = value != 0;
    return code;
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
    int code = all_reduce(comm, 2 * count, ranges, MPI_MAX);
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

fan_status fan_comm_share(MPI_Comm comm, fan_status status, fan_comm_verdict *verdict, size_t bytes,
                          const char *failure)
{
    verdict->status = status;
    snprintf(verdict->text, sizeof verdict->text, "%s", status == FAN_OK ? "" : fan_fail_text());
    int code = fan_comm_from(0, verdict, bytes, comm);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "%s", failure);
    return verdict->status == FAN_OK ? FAN_OK : fan_fail(verdict->status, "%s", verdict->text);
}
