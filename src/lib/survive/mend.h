/* SPDX-License-Identifier: BSD-3-Clause */
/** @file mend.h  Those that live give each other what they lack of a broadcast. */
#ifndef FAN_LIB_SURVIVE_MEND_H
#define FAN_LIB_SURVIVE_MEND_H

#include "engine/store.h"
#include "lib/state/comm_state.h"
#include "plan/rescue/ranges.h"

typedef struct fan_mend_task {
    const fan_comm_state *state; /**< whose `survivors` do it: equal on all of them */
    int64_t bytes;
    int root;        /**< in the communicator of all; only compared */
    fan_store store; /**< this rank's; in any order */
    fan_ranges have; /**< what it has; grows, also if the attempt fails */
    int64_t lost;    /**< receives how many bytes nobody has: then nothing is sent */
} fan_mend_task;

/**
 * One attempt. Collective over the survivors.
 *
 * @return FAN_OK: this rank has all that is not lost; FAN_ERR_DISAGREEMENT on all if they differ on
 *         bytes or root; or a failure, which another death may be the reason for
 */
fan_status fan_mend(fan_mend_task *task);

#endif
