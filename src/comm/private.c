/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "comm/private.h"

/* Not MPI_Comm_dup: that would copy the user's attributes, and so call the user's functions. */
fan_status fan_comm_private(MPI_Comm comm, MPI_Comm *own)
{
    MPI_Group group;
    int code = PMPI_Comm_group(comm, &group);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "MPI_Comm_group failed");
    code = PMPI_Comm_create(comm, group, own);
    PMPI_Group_free(&group);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "MPI_Comm_create failed");
    PMPI_Comm_set_errhandler(*own, MPI_ERRORS_RETURN);
    return FAN_OK;
}
