/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "hdf5/common/agree.h"

#include "hdf5/common/private_comm.h"

#include <stdio.h>
#include <string.h>

static bool connect(fan_h5_call *call, MPI_Comm comm)
{
    int inter = 0, code = comm == MPI_COMM_NULL ? MPI_ERR_COMM : MPI_Comm_test_inter(comm, &inter);
    if (code == MPI_SUCCESS && inter)
        code = MPI_ERR_COMM;
    if (code == MPI_SUCCESS)
        code = fan_h5_private_comm(comm, &call->comm);
    if (code != MPI_SUCCESS)
        return fan_h5_fail_by_mpi(&call->errors, code, "the communicator cannot be used");
    MPI_Comm_rank(call->comm, &call->rank);
    MPI_Comm_size(call->comm, &call->size);
    return true;
}

static bool check_root(fan_h5_call *call)
{
    int most[2] = {call->root, -call->root};
    int code = MPI_Allreduce(MPI_IN_PLACE, most, 2, MPI_INT, MPI_MAX, call->comm);
    if (code != MPI_SUCCESS)
        return fan_h5_fail_by_mpi(&call->errors, code, "MPI_Allreduce");
    if (most[0] != -most[1])
        return fan_h5_fail(&call->errors, "ranks name different roots, from %d to %d", -most[1],
                           most[0]);
    if (call->root < 0 || call->root >= call->size)
        return fan_h5_fail(&call->errors, "there is no root %d among %d ranks", call->root,
                           call->size);
    return true;
}

bool fan_h5_call_begin(fan_h5_call *call, const char *function, int root, MPI_Comm comm)
{
    *call = (fan_h5_call){.root = root};
    fan_h5_errors_begin(&call->errors, function);
    return connect(call, comm) && check_root(call);
}

herr_t fan_h5_call_end(fan_h5_call *call)
{
    return fan_h5_errors_end(&call->errors);
}

static void share_text(fan_h5_call *call, int failing)
{
    char text[FAN_H5_TEXT_BYTES] = "";
    if (call->rank == failing)
        memcpy(text, call->errors.text, sizeof text);
    if (PMPI_Bcast(text, sizeof text, MPI_CHAR, failing, call->comm) != MPI_SUCCESS)
        snprintf(text, sizeof text, "(its message was lost)");
    snprintf(call->errors.text, sizeof call->errors.text, "rank %d: %.*s", failing,
             FAN_H5_TEXT_BYTES - 30, text);
}

bool fan_h5_agree(fan_h5_call *call, int64_t *most)
{
    if (call->failed)
        return false;
    int64_t all[2] = {fan_h5_good(&call->errors) ? 0 : call->size - call->rank,
                      most == NULL ? 0 : *most};
    int code = MPI_Allreduce(MPI_IN_PLACE, all, 2, MPI_INT64_T, MPI_MAX, call->comm);
    if (code != MPI_SUCCESS)
        return fan_h5_fail_by_mpi(&call->errors, code, "MPI_Allreduce");
    if (all[0] != 0) {
        share_text(call, call->size - (int)all[0]);
        call->failed = true;
        return false;
    }
    if (most != NULL)
        *most = all[1];
    return true;
}
