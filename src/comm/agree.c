/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "comm/agree.h"

#include <stdio.h>

int fan_comm_maximum(MPI_Comm comm, int count, int64_t *values)
{
    return PMPI_Allreduce(MPI_IN_PLACE, values, count, MPI_INT64_T, MPI_MAX, comm);
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
    int code = PMPI_Allreduce(MPI_IN_PLACE, ranges, 2 * count, MPI_INT64_T, MPI_MAX, comm);
    negate_least(count, ranges);
    return code;
}

fan_status fan_comm_share(MPI_Comm comm, fan_status status, fan_comm_verdict *verdict, size_t bytes,
                          const char *failure)
{
    verdict->status = status;
    snprintf(verdict->text, sizeof verdict->text, "%s", status == FAN_OK ? "" : fan_fail_text());
    int code = PMPI_Bcast(verdict, (int)bytes, MPI_BYTE, 0, comm);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "%s", failure);
    return verdict->status == FAN_OK ? FAN_OK : fan_fail(verdict->status, "%s", verdict->text);
}
