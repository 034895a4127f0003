/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file agree.h  A collective call: the ranks that make it, and that all of them learn of a failure
 * on one.
 */
#ifndef FAN_HDF5_COMMON_AGREE_H
#define FAN_HDF5_COMMON_AGREE_H

#include "hdf5/common/errors.h"

#include <mpi.h>
#include <stdint.h>

typedef struct fan_h5_call {
    fan_h5_errors errors;
    MPI_Comm comm; /**< private */
    int rank, size, root;
    bool failed; /**< as all ranks know */
} fan_h5_call;

/** False, with the failure recorded on all ranks, if the communicator or the root is invalid. */
bool fan_h5_call_begin(fan_h5_call *call, const char *function, int root, MPI_Comm comm);

/** 0, or -1 after a failure, as all ranks have agreed. */
herr_t fan_h5_call_end(fan_h5_call *call);

/**
 * False if a failure is recorded on any rank: afterwards it is recorded on all, with the first such
 * rank's text.
 *
 * @param most  NULL, or a number of each rank, at least 0; receives the largest
 */
bool fan_h5_agree(fan_h5_call *call, int64_t *most);

static inline bool fan_h5_is_root(const fan_h5_call *call)
{
    return call->rank == call->root;
}

#endif
