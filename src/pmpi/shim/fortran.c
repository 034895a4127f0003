/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "pmpi/shim/fortran.h"

#include "pmpi/shim/take_over.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>

/*
 * Fortran's MPI_BOTTOM is a variable that Open MPI knows by its address. The compiler that built
 * Open MPI made one of these names of it; the dynamic linker says where the variable of the program
 * is.
 */
static const char *const bottom_names[] = {"mpi_fortran_bottom_", "mpi_fortran_bottom",
                                           "mpi_fortran_bottom__", "MPI_FORTRAN_BOTTOM"};
enum { BOTTOM_NAMES = sizeof bottom_names / sizeof bottom_names[0] };

static void *bottoms[BOTTOM_NAMES];

static void find_bottoms(void)
{
    for (int i = 0; i < BOTTOM_NAMES; i++)
        bottoms[i] = dlsym(RTLD_DEFAULT, bottom_names[i]);
}

static void *convert_buffer(void *buffer)
{
    static pthread_once_t found = PTHREAD_ONCE_INIT;
    pthread_once(&found, find_bottoms);
    for (int i = 0; i < BOTTOM_NAMES; i++)
        if (buffer != NULL && buffer == bottoms[i])
            return MPI_BOTTOM;
    return buffer;
}

/* In mpi_f08 it is optional and may be NULL. */
static void give_error(MPI_Fint *ierr, int code)
{
    if (ierr != NULL)
        *ierr = (MPI_Fint)code;
}

void fan_take_fortran_bcast(void *buffer, MPI_Fint *count, MPI_Fint *datatype, MPI_Fint *root,
                            MPI_Fint *comm, MPI_Fint *ierr)
{
    give_error(ierr, fan_take_bcast(convert_buffer(buffer), (int)*count, PMPI_Type_f2c(*datatype),
                                    (int)*root, PMPI_Comm_f2c(*comm)));
}

void fan_take_fortran_ibcast(void *buffer, MPI_Fint *count, MPI_Fint *datatype, MPI_Fint *root,
                             MPI_Fint *comm, MPI_Fint *request, MPI_Fint *ierr)
{
    MPI_Request made;
    int code = fan_take_ibcast(convert_buffer(buffer), (int)*count, PMPI_Type_f2c(*datatype),
                               (int)*root, PMPI_Comm_f2c(*comm), &made);
    if (code == MPI_SUCCESS)
        *request = PMPI_Request_c2f(made);
    give_error(ierr, code);
}
