/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The calls with a buffer. Handles of mpi_f08 and integers look the same here: a type with BIND(C)
 * has the integer as its only component.
 */
#include "config.h"

#include "base/log.h"
#include "compat/fortran.h"
#include "fanout.h"
#include "fortran/section.h"

/* The arguments that all of these calls have, as those of C. */
typedef struct arguments {
    fan_section data;
    int root;
    MPI_Comm comm;
} arguments;

/* What cannot be described is raised as the errors of fanout.h are. Returns an MPI code. */
static int refuse(MPI_Comm comm)
{
    int code = fan_fail_code();
    fan_warn("%s", fan_fail_text());
    PMPI_Comm_call_errhandler(comm == MPI_COMM_NULL ? MPI_COMM_WORLD : comm, code);
    return code;
}

/* Returns an MPI code that has been raised. */
static int open_arguments(arguments *a, const CFI_cdesc_t *buffer, MPI_Count count,
                          const MPI_Fint *datatype, const MPI_Fint *root, const MPI_Fint *comm)
{
    a->root = (int)*root;
    a->comm = PMPI_Comm_f2c(*comm);
    fan_status status = fan_section_open(&a->data, buffer, count, PMPI_Type_f2c(*datatype));
    return status == FAN_OK ? MPI_SUCCESS : refuse(a->comm);
}

/* ---- blocking ---- */

void fanout_fortran_bcast_c(const CFI_cdesc_t *buffer, const MPI_Count *count,
                            const MPI_Fint *datatype, const MPI_Fint *root, const MPI_Fint *comm,
                            MPI_Fint *ierror)
{
    arguments a;
    int code = open_arguments(&a, buffer, *count, datatype, root, comm);
    if (code == MPI_SUCCESS) {
        code = fanout_bcast_c(a.data.buffer, a.data.count, a.data.datatype, a.root, a.comm);
        fan_section_close(&a.data);
    }
    fan_compat_give_error(ierror, code);
}

void fanout_fortran_bcast(const CFI_cdesc_t *buffer, const MPI_Fint *count,
                          const MPI_Fint *datatype, const MPI_Fint *root, const MPI_Fint *comm,
                          MPI_Fint *ierror)
{
    MPI_Count large = *count;
    fanout_fortran_bcast_c(buffer, &large, datatype, root, comm, ierror);
}

/* ---- nonblocking ---- */

void fanout_fortran_ibcast_c(const CFI_cdesc_t *buffer, const MPI_Count *count,
                             const MPI_Fint *datatype, const MPI_Fint *root, const MPI_Fint *comm,
                             fanout_request *request, MPI_Fint *ierror)
{
    arguments a;
    *request = FANOUT_REQUEST_NULL;
    int code = open_arguments(&a, buffer, *count, datatype, root, comm);
    if (code == MPI_SUCCESS) {
        code =
            fanout_ibcast_c(a.data.buffer, a.data.count, a.data.datatype, a.root, a.comm, request);
        fan_section_close(&a.data);
    }
    fan_compat_give_error(ierror, code);
}

void fanout_fortran_ibcast(const CFI_cdesc_t *buffer, const MPI_Fint *count,
                           const MPI_Fint *datatype, const MPI_Fint *root, const MPI_Fint *comm,
                           fanout_request *request, MPI_Fint *ierror)
{
    MPI_Count large = *count;
    fanout_fortran_ibcast_c(buffer, &large, datatype, root, comm, request, ierror);
}

/* ---- persistent ---- */

void fanout_fortran_bcast_init_c(const CFI_cdesc_t *buffer, const MPI_Count *count,
                                 const MPI_Fint *datatype, const MPI_Fint *root,
                                 const MPI_Fint *comm, const MPI_Fint *info,
                                 fanout_request *request, MPI_Fint *ierror)
{
    arguments a;
    *request = FANOUT_REQUEST_NULL;
    int code = open_arguments(&a, buffer, *count, datatype, root, comm);
    if (code == MPI_SUCCESS) {
        code = fanout_bcast_init_c(a.data.buffer, a.data.count, a.data.datatype, a.root, a.comm,
                                   PMPI_Info_f2c(*info), request);
        fan_section_close(&a.data);
    }
    fan_compat_give_error(ierror, code);
}

void fanout_fortran_bcast_init(const CFI_cdesc_t *buffer, const MPI_Fint *count,
                               const MPI_Fint *datatype, const MPI_Fint *root, const MPI_Fint *comm,
                               const MPI_Fint *info, fanout_request *request, MPI_Fint *ierror)
{
    MPI_Count large = *count;
    fanout_fortran_bcast_init_c(buffer, &large, datatype, root, comm, info, request, ierror);
}
