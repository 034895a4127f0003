/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file transport.h  What the engine needs of a message layer: ordered nonblocking messages in
 * numbered slots.
 *
 * Messages between two nodes with the same tag arrive in the order of their sends and match
 * receives in the order of posting, as MPI guarantees; their completions may come in any order.
 */
#ifndef FAN_ENGINE_TRANSPORT_H
#define FAN_ENGINE_TRANSPORT_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

/** A finished operation. */
typedef struct fan_completion {
    int slot;
    int64_t bytes; /**< length of the message, for receives */
} fan_completion;

typedef struct fan_transport {
    void *state;

    /** Start to receive at most `bytes` from `peer`. The slot is free. */
    fan_status (*receive)(void *state, int slot, void *buffer, int64_t bytes, int peer, int tag);

    /**
     * Start to send. The slot is free; the buffer stays unchanged until completion. A synchronous
     * send ends only when it is being received.
     */
    fan_status (*send)(void *state, int slot, const void *buffer, int64_t bytes, int peer, int tag,
                       bool synchronous);

    /**
     * Collect finished operations; their slots become free.
     *
     * @param block  wait for at least one (some operation is in progress then)
     * @param done   room for one completion per slot
     * @param count  receives the number of completions, also beside a failure
     */
    fan_status (*collect)(void *state, bool block, fan_completion *done, int *count);
} fan_transport;

#endif
