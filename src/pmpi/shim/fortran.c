/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "pmpi/shim/fortran.h"

#include "compat/fortran.h"
#include "pmpi/shim/take_over.h"

void fan_take_fortran_bcast(void *buffer, MPI_Fint *count, MPI_Fint *datatype, MPI_Fint *root,
                            MPI_Fint *comm, MPI_Fint *ierr)
{
    fan_compat_give_error(ierr, fan_take_bcast(fan_compat_fortran_buffer(buffer), (int)*count,
                                               PMPI_Type_f2c(*datatype), (int)*root,
                                               PMPI_Comm_f2c(*comm)));
}

void fan_take_fortran_ibcast(void *buffer, MPI_Fint *count, MPI_Fint *datatype, MPI_Fint *root,
                             MPI_Fint *comm, MPI_Fint *request, MPI_Fint *ierr)
{
    MPI_Request made;
    int code = fan_take_ibcast(fan_compat_fortran_buffer(buffer), (int)*count,
                               PMPI_Type_f2c(*datatype), (int)*root, PMPI_Comm_f2c(*comm), &made);
    if (code == MPI_SUCCESS)
        *request = PMPI_Request_c2f(made);
    fan_compat_give_error(ierr, code);
}
