/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file memory.h  Memory for a stream. Spare memory (base/spare) does for a little. Of more, all
 * ranks must know before the stream begins whether one has none: later nobody can be told.
 */
#ifndef FAN_LIB_DELIVER_MEMORY_H
#define FAN_LIB_DELIVER_MEMORY_H

#include "lib/state/comm_state.h"

/** Whether so many bytes are few enough for spare memory. */
bool fan_memory_may_be_spare(size_t bytes);

/**
 * Find out whether all ranks have the bytes, which are equal on all of them. Collective, unless
 * they may be spare: then a rank that `lacks` them ends the job.
 *
 * @param what  they are for, and what to do
 * @return      FAN_ERR_MEMORY on all ranks, with the number of one that has none
 */
fan_status fan_memory_agree(const fan_comm_state *state, size_t bytes, bool lacks,
                            const char *what);

#endif
