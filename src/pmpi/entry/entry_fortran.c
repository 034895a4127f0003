/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The entry points from Fortran, for Open MPI: its mpif.h and `use mpi` call PMPI_Bcast, its
 * mpi_f08 an internal symbol, so they never come to MPI_Bcast. (MPICH's do, after having converted
 * the arguments.)
 */
#include "config.h"

#include "pmpi/entry/loader.h"
#include "pmpi/entry/raise.h"

/* Where the call is passed through: Open MPI defines these names for the same function. */
#define NAMES(lower, upper, camel)                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        lower "_", lower, lower "__", upper, camel "_f", camel "_f08", lower "_f08_", NULL         \
    }

#define ALIAS(function, name) extern __typeof__(function) name __attribute__((alias(#function)))

typedef void fan_fortran_init_fn(MPI_Fint *ierr);
typedef void fan_fortran_init_thread_fn(MPI_Fint *required, MPI_Fint *provided, MPI_Fint *ierr);

fan_fortran_init_fn mpi_init_;
fan_fortran_init_thread_fn mpi_init_thread_;
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

static void init_thread(void *caller, MPI_Fint level, MPI_Fint *provided, MPI_Fint *ierr)
{
    fan_fortran_init_thread_fn *next;
    *(void **)&next = fan_entry_next_definition(
        caller, NAMES("mpi_init_thread", "MPI_INIT_THREAD", "MPI_Init_thread"));
    next(&level, provided, ierr);
}

void mpi_init_thread_(MPI_Fint *required, MPI_Fint *provided, MPI_Fint *ierr)
{
    void *caller = __builtin_return_address(0);
    init_thread(caller, fan_entry_raises(caller) ? MPI_THREAD_MULTIPLE : *required, provided, ierr);
}

void mpi_init_(MPI_Fint *ierr)
{
    void *caller = __builtin_return_address(0);
    MPI_Fint provided;
    if (fan_entry_raises(caller)) {
        init_thread(caller, MPI_THREAD_MULTIPLE, &provided, ierr);
        return;
    }
    fan_fortran_init_fn *next;
    *(void **)&next = fan_entry_next_definition(caller, NAMES("mpi_init", "MPI_INIT", "MPI_Init"));
    next(ierr);
}

/* What Fortran compilers make of the names, and two more of Open MPI's. */
#define ALIASES(function, lower, upper, camel)                                                     \
    ALIAS(function, lower);                                                                        \
    ALIAS(function, lower##__);                                                                    \
    ALIAS(function, upper);                                                                        \
    ALIAS(function, camel##_f);                                                                    \
    ALIAS(function, camel##_f08);                                                                  \
    ALIAS(function, lower##_f08_);                                                                 \
    ALIAS(function, lower##_f08);                                                                  \
    ALIAS(function, lower##_f08__);                                                                \
    ALIAS(function, upper##_F08)

ALIASES(mpi_bcast_, mpi_bcast, MPI_BCAST, MPI_Bcast);
ALIASES(mpi_ibcast_, mpi_ibcast, MPI_IBCAST, MPI_Ibcast);
ALIASES(mpi_init_, mpi_init, MPI_INIT, MPI_Init);
ALIASES(mpi_init_thread_, mpi_init_thread, MPI_INIT_THREAD, MPI_Init_thread);
