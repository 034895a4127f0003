/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "pmpi/shim/staged.h"

#include "compat/mpi_calls.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

/* Copy all elements, as many at a time as make less than 2 GiB. */
static int copy(char *buffer, MPI_Count count, MPI_Datatype datatype, char *host, MPI_Count size,
                bool pack, MPI_Comm comm)
{
    MPI_Count lower, extent;
    int code = fan_compat_type_extent(datatype, &lower, &extent);
    if (code == MPI_SUCCESS && size > INT_MAX) {
        PMPI_Comm_call_errhandler(comm, MPI_ERR_COUNT);
        return MPI_ERR_COUNT;
    }
    for (MPI_Count done = 0; code == MPI_SUCCESS && done < count;) {
        int step = (int)(count - done < INT_MAX / size ? count - done : INT_MAX / size), place = 0;
        char *here = buffer + done * extent, *there = host + done * size;
        code = pack ? PMPI_Pack(here, step, datatype, there, step * (int)size, &place, comm)
                    : PMPI_Unpack(there, step * (int)size, &place, here, step, datatype, comm);
        done += step;
    }
    return code;
}

int fan_staged_broadcast(void *buffer, MPI_Count count, MPI_Datatype datatype, MPI_Count bytes,
                         int root, MPI_Comm comm, fan_staged_fn *broadcast)
{
    int rank, code = MPI_SUCCESS;
    char *host = malloc((size_t)bytes);
    if (host == NULL) {
        PMPI_Comm_call_errhandler(comm, MPI_ERR_NO_MEM);
        return MPI_ERR_NO_MEM;
    }
    PMPI_Comm_rank(comm, &rank);
    if (rank == root)
        code = copy(buffer, count, datatype, host, bytes / count, true, comm);
    if (code == MPI_SUCCESS)
        code = broadcast(host, bytes, MPI_BYTE, root, comm);
    if (code == MPI_SUCCESS && rank != root)
        code = copy(buffer, count, datatype, host, bytes / count, false, comm);
    free(host);
    return code;
}
