/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "comm/segment.h"

#include "comm/agree.h"

#include <string.h>

static const char mpi_failed[] = "cannot agree on the memory of a node";

/* What rank 0 tells the others. */
typedef struct invitation {
    fan_comm_verdict verdict;
    fan_segment_name name;
} invitation;

fan_status fan_comm_worst(MPI_Comm comm, fan_status status)
{
    int64_t worst = status;
    int code = fan_comm_maximum(comm, 1, &worst);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, mpi_failed);
    if (worst != (int64_t)FAN_OK && status == FAN_OK)
        return fan_fail((fan_status)worst, "another rank of the node cannot use the shared memory");
    return (fan_status)worst;
}

/* Rank 0 has it. All know whether the others could open it. */
static fan_status open_elsewhere(MPI_Comm comm, int rank, size_t bytes, fan_segment_part part,
                                 const fan_segment_name *name, fan_segment *segment)
{
    fan_status status = rank == 0 ? FAN_OK : fan_segment_open(name, bytes, part, segment);
    return fan_comm_worst(comm, status);
}

fan_status fan_comm_segment(MPI_Comm comm, size_t bytes, fan_segment_part part,
                            fan_segment *segment, int64_t *number)
{
    int rank;
    invitation i;
    PMPI_Comm_rank(comm, &rank);
    memset(&i, 0, sizeof i);
    *segment = (fan_segment){0};
    fan_status made = rank == 0 ? fan_segment_create(bytes, part, segment, &i.name) : FAN_OK;
    fan_status status = fan_comm_share(comm, made, &i.verdict, sizeof i, mpi_failed);
    if (status == FAN_OK)
        status = open_elsewhere(comm, rank, bytes, part, &i.name, segment);
    if (rank == 0 && made == FAN_OK)
        fan_segment_close_name(&i.name);
    if (status != FAN_OK && segment->memory != NULL)
        fan_segment_release(segment);
    if (number != NULL)
        *number = (int64_t)i.name.inode;
    return status;
}
