/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "hdf5/common/private_comm.h"

#include "comm/key.h"
#include "comm/private.h"

#include <stdbool.h>
#include <stdint.h>

static bool finalizing;

/* The attribute is the handle itself, which is a pointer or an int. */
static int delete_comm(MPI_Comm comm, int keyval, void *attribute, void *extra)
{
    (void)comm, (void)keyval, (void)extra;
    MPI_Comm own = (MPI_Comm)(intptr_t)attribute;
    /*
     * Freeing a communicator is collective, but MPI_Finalize may delete attributes in a different
     * order on each rank.
     */
    return finalizing ? MPI_SUCCESS : MPI_Comm_free(&own);
}

/* MPI_Finalize deletes the attributes of MPI_COMM_SELF first. */
static int begin_finalize(MPI_Comm comm, int keyval, void *attribute, void *extra)
{
    (void)comm, (void)keyval, (void)attribute, (void)extra;
    finalizing = true;
    return MPI_SUCCESS;
}

static fan_comm_key comm_key = FAN_COMM_KEY(delete_comm, begin_finalize);

static fan_status make(MPI_Comm comm, MPI_Comm *own)
{
    fan_status status = fan_comm_private(comm, own);
    if (status != FAN_OK)
        return status;
    int code = MPI_Comm_set_attr(comm, comm_key.value, (void *)(intptr_t)*own);
    return code == MPI_SUCCESS ? FAN_OK : fan_fail_mpi(code, "MPI_Comm_set_attr failed");
}

fan_status fan_h5_private_comm(MPI_Comm comm, MPI_Comm *own)
{
    int found;
    void *attribute;
    fan_status status = fan_comm_key_make(&comm_key);
    if (status != FAN_OK)
        return status;
    int code = MPI_Comm_get_attr(comm, comm_key.value, &attribute, &found);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "MPI_Comm_get_attr failed");
    if (!found)
        return make(comm, own);
    *own = (MPI_Comm)(intptr_t)attribute;
    return FAN_OK;
}
