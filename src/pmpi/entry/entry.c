/* SPDX-License-Identifier: BSD-3-Clause */
/* The entry points from C. MPICH's Fortran calls them, too. */
#include "config.h"

#include "pmpi/entry/loader.h"

#define CALLS fan_calls_for(__builtin_return_address(0))

int MPI_Bcast(void *buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm)
{
    return CALLS->bcast(buffer, count, datatype, root, comm);
}

int MPI_Ibcast(void *buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm,
               MPI_Request *request)
{
    return CALLS->ibcast(buffer, count, datatype, root, comm, request);
}

int MPI_Barrier(MPI_Comm comm)
{
    return CALLS->barrier(comm);
}

int MPI_Allreduce(const void *data, void *result, int count, MPI_Datatype datatype, MPI_Op op,
                  MPI_Comm comm)
{
    return CALLS->allreduce(data, result, count, datatype, op, comm);
}

#ifdef HAVE_MPI_BCAST_INIT
int MPI_Bcast_init(void *buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm,
                   MPI_Info info, MPI_Request *request)
{
    return CALLS->bcast_init(buffer, count, datatype, root, comm, info, request);
}
#endif

#ifdef HAVE_MPI_BCAST_C
int MPI_Bcast_c(void *buffer, MPI_Count count, MPI_Datatype datatype, int root, MPI_Comm comm)
{
    return CALLS->bcast_c(buffer, count, datatype, root, comm);
}

int MPI_Ibcast_c(void *buffer, MPI_Count count, MPI_Datatype datatype, int root, MPI_Comm comm,
                 MPI_Request *request)
{
    return CALLS->ibcast_c(buffer, count, datatype, root, comm, request);
}

int MPI_Bcast_init_c(void *buffer, MPI_Count count, MPI_Datatype datatype, int root, MPI_Comm comm,
                     MPI_Info info, MPI_Request *request)
{
    return CALLS->bcast_init_c(buffer, count, datatype, root, comm, info, request);
}
#endif
