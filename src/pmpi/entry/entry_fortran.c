/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The entry points from Fortran, for Open MPI: its mpif.h and `use mpi` call PMPI_Bcast, its
 * mpi_f08 an internal symbol, so they never come to MPI_Bcast. (MPICH's do, after having converted
 * the arguments.)
 */
#include "config.h"

#include "pmpi/entry/loader.h"

/* Where the call is passed through: Open MPI defines these names for the same function. */
#define NAMES(lower, upper, camel)                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        lower "_", lower, lower "__", upper, camel "_f", camel "_f08", lower "_f08_", NULL         \
    }

#define ALIAS(function, name) extern __typeof__(function) name __attribute__((alias(#function)))

void mpi_bcast_(void *buffer, MPI_Fint *count, MPI_Fint *datatype, MPI_Fint *root, MPI_Fint *comm,
                MPI_Fint *ierr);
void mpi_ibcast_(void *buffer, MPI_Fint *count, MPI_Fint *datatype, MPI_Fint *root, MPI_Fint *comm,
                 MPI_Fint *request, MPI_Fint *ierr);

void mpi_bcast_(void *buffer, MPI_Fint *count, MPI_Fint *datatype, MPI_Fint *root, MPI_Fint *comm,
                MPI_Fint *ierr)
{
    void *caller = __builtin_return_address(0);
    fan_fortran_bcast_fn *function = fan_calls_for(caller)->fortran_bcast;
    if (function == NULL)
        *(void **)&function =
            fan_entry_next_definition(caller, NAMES("mpi_bcast", "MPI_BCAST", "MPI_Bcast"));
    function(buffer, count, datatype, root, comm, ierr);
}

void mpi_ibcast_(void *buffer, MPI_Fint *count, MPI_Fint *datatype, MPI_Fint *root, MPI_Fint *comm,
                 MPI_Fint *request, MPI_Fint *ierr)
{
    void *caller = __builtin_return_address(0);
    fan_fortran_ibcast_fn *function = fan_calls_for(caller)->fortran_ibcast;
    if (function == NULL)
        *(void **)&function =
            fan_entry_next_definition(caller, NAMES("mpi_ibcast", "MPI_IBCAST", "MPI_Ibcast"));
    function(buffer, count, datatype, root, comm, request, ierr);
}

/* What Fortran compilers make of the names, and two more of Open MPI's. */
ALIAS(mpi_bcast_, mpi_bcast);
ALIAS(mpi_bcast_, mpi_bcast__);
ALIAS(mpi_bcast_, MPI_BCAST);
ALIAS(mpi_bcast_, MPI_Bcast_f);
ALIAS(mpi_bcast_, MPI_Bcast_f08);
ALIAS(mpi_bcast_, mpi_bcast_f08_);
ALIAS(mpi_bcast_, mpi_bcast_f08);
ALIAS(mpi_bcast_, mpi_bcast_f08__);
ALIAS(mpi_bcast_, MPI_BCAST_F08);

ALIAS(mpi_ibcast_, mpi_ibcast);
ALIAS(mpi_ibcast_, mpi_ibcast__);
ALIAS(mpi_ibcast_, MPI_IBCAST);
ALIAS(mpi_ibcast_, MPI_Ibcast_f);
ALIAS(mpi_ibcast_, MPI_Ibcast_f08);
ALIAS(mpi_ibcast_, mpi_ibcast_f08_);
ALIAS(mpi_ibcast_, mpi_ibcast_f08);
ALIAS(mpi_ibcast_, mpi_ibcast_f08__);
ALIAS(mpi_ibcast_, MPI_IBCAST_F08);
