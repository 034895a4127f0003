/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Loaded with LD_PRELOAD into fanout-bench by its test.
 *
 * FANOUT_TEST_PRETEND_LOSS=N   fanout_bcast succeeds N times, then leaves the buffer as it is
 * FANOUT_TEST_PRETEND_HOSTS=1  there are two ranks on each host, host0, host1, ...
 */
#include "config.h"

#include "fanout.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

typedef int bcast_function(void *, int, MPI_Datatype, int, MPI_Comm);

int fanout_bcast(void *buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm)
{
    static int calls;
    union {
        void *object;
        bcast_function *function;
    } next = {dlsym(RTLD_NEXT, "fanout_bcast")};
    const char *limit = getenv("FANOUT_TEST_PRETEND_LOSS");
    if (limit != NULL && calls++ >= atoi(limit))
        return MPI_SUCCESS;
    return next.function(buffer, count, datatype, root, comm);
}

int MPI_Get_processor_name(char *name, int *length)
{
    int rank;
    if (getenv("FANOUT_TEST_PRETEND_HOSTS") == NULL)
        return PMPI_Get_processor_name(name, length);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    *length = sprintf(name, "host%d", rank / 2);
    return MPI_SUCCESS;
}
