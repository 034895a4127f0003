/* SPDX-License-Identifier: BSD-3-Clause */
/* The calls with requests. */
#include "config.h"

#include "compat/fortran.h"
#include "fanout.h"

void fanout_fortran_start(fanout_request *request, MPI_Fint *ierror)
{
    fan_compat_give_error(ierror, fanout_start(request));
}

void fanout_fortran_test(fanout_request *request, int *flag, MPI_Fint *ierror)
{
    fan_compat_give_error(ierror, fanout_test(request, flag));
}

void fanout_fortran_wait(fanout_request *request, MPI_Fint *ierror)
{
    fan_compat_give_error(ierror, fanout_wait(request));
}

void fanout_fortran_waitall(const MPI_Fint *count, fanout_request *requests, MPI_Fint *ierror)
{
    fan_compat_give_error(ierror, fanout_waitall((int)*count, requests));
}

void fanout_fortran_request_free(fanout_request *request, MPI_Fint *ierror)
{
    fan_compat_give_error(ierror, fanout_request_free(request));
}

void fanout_fortran_request_mpi(fanout_request *request, MPI_Fint *mpi_request, MPI_Fint *ierror)
{
    MPI_Request made;
    int code = fanout_request_mpi(request, &made);
    *mpi_request = PMPI_Request_c2f(made);
    fan_compat_give_error(ierror, code);
}
