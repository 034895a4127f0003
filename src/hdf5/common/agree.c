/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "hdf5/common/agree.h"

#include "beside/progress.h"
#include "comm/agree.h"
#include "comm/check.h"
#include "hdf5/common/private_comm.h"

#include <stdio.h>
#include <string.h>

static bool connect(fan_h5_call *call, MPI_Comm comm)
{
    int size, code = fan_comm_check(comm, &size);
    if (code == MPI_SUCCESS && fan_h5_private_comm(comm, &call->comm) != FAN_OK)
        code = fan_fail_code();
    if (code != MPI_SUCCESS)
        return fan_h5_fail_by_mpi(&call->errors, code, "the communicator cannot be used");
    MPI_Comm_rank(call->comm, &call->rank);
    MPI_Comm_size(call->comm, &call->size);
    return true;
}

static bool check_root(fan_h5_call *call)
{
    fan_comm_range roots = fan_comm_range_of(call->root);
    int code = fan_comm_ranges(call->comm, 1, &roots);
    if (code != MPI_SUCCESS)
        return fan_h5_fail_by_mpi(&call->errors, code, "MPI_Allreduce");
    if (!fan_comm_range_is_one(roots))
        return fan_h5_fail(&call->errors, "ranks name different roots, from %d to %d",
                           (int)roots.least, (int)roots.most);
    if (call->root < 0 || call->root >= call->size)
        return fan_h5_fail(&call->errors, "root %d is not one of the %d ranks", call->root,
                           call->size);
    return true;
}

bool fan_h5_call_begin(fan_h5_call *call, const char *function, int root, MPI_Comm comm)
{
    *call = (fan_h5_call){.root = root};
    fan_h5_errors_begin(&call->errors, function);
    fan_beside_progress();
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
    int code = fan_comm_maximum(call->comm, 2, all);
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
