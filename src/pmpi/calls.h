/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file calls.h  The MPI calls that the shim takes over, as a table.
 *
 * The shim is two shared objects. libfanout_pmpi.so, which is preloaded, has the entry points and
 * is linked with no MPI library, so that it weighs nothing in a shell or in a program of another
 * MPI. The first call makes it look for the MPI library behind it; if that is the one it was built
 * for, it loads libfanout_shim.so, which is linked with that library and with libfanout, and does
 * the work.
 */
#ifndef FAN_PMPI_CALLS_H
#define FAN_PMPI_CALLS_H

#include "config.h"

#include <mpi.h>

typedef int fan_bcast_fn(void *, int, MPI_Datatype, int, MPI_Comm);
typedef int fan_ibcast_fn(void *, int, MPI_Datatype, int, MPI_Comm, MPI_Request *);
typedef int fan_bcast_init_fn(void *, int, MPI_Datatype, int, MPI_Comm, MPI_Info, MPI_Request *);
typedef int fan_bcast_c_fn(void *, MPI_Count, MPI_Datatype, int, MPI_Comm);
typedef int fan_ibcast_c_fn(void *, MPI_Count, MPI_Datatype, int, MPI_Comm, MPI_Request *);
typedef int fan_bcast_init_c_fn(void *, MPI_Count, MPI_Datatype, int, MPI_Comm, MPI_Info,
                                MPI_Request *);
/* Only to see that ranks may wait for each other: see shim/nonblocking.h. */
typedef int fan_barrier_fn(MPI_Comm);
typedef int fan_allreduce_fn(const void *, void *, int, MPI_Datatype, MPI_Op, MPI_Comm);
/* Other libraries' Fortran calls C's. MPI_Fint is not in each mpi.h of the standard ABI. */
#ifdef OPEN_MPI
typedef void fan_fortran_bcast_fn(void *, MPI_Fint *, MPI_Fint *, MPI_Fint *, MPI_Fint *,
                                  MPI_Fint *);
typedef void fan_fortran_ibcast_fn(void *, MPI_Fint *, MPI_Fint *, MPI_Fint *, MPI_Fint *,
                                   MPI_Fint *, MPI_Fint *);
#endif

/** One definition of each call. NULL where the MPI library has no such call. */
typedef struct fan_calls {
    fan_bcast_fn *bcast;
    fan_ibcast_fn *ibcast;
    fan_bcast_init_fn *bcast_init;
    fan_bcast_c_fn *bcast_c;
    fan_ibcast_c_fn *ibcast_c;
    fan_bcast_init_c_fn *bcast_init_c;
    fan_barrier_fn *barrier;
    fan_allreduce_fn *allreduce;
#ifdef OPEN_MPI
    fan_fortran_bcast_fn *fortran_bcast;
    fan_fortran_ibcast_fn *fortran_ibcast;
#endif
} fan_calls;

/**
 * What libfanout_shim.so gives to libfanout_pmpi.so.
 *
 * @param next  the definitions behind the shim: another tool's, or the MPI library's
 * @return our definitions
 */
typedef const fan_calls *fan_shim_open_fn(const fan_calls *next);

#define FAN_SHIM_OPEN "fan_shim_open"

#endif
