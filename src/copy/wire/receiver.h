/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file receiver.h  This host's side of the stream: puts frames together, checks them, hands their
 * pieces on.
 */
#ifndef FAN_COPY_WIRE_RECEIVER_H
#define FAN_COPY_WIRE_RECEIVER_H

#include "copy/job/outcome.h"
#include "copy/queue/queue.h"
#include "copy/wire/frame.h"

#include <stdatomic.h>

/**
 * Takes a piece, after the hash of its block was compared. `hash` is that of the piece, or NULL if
 * it is not the whole block. False if that fails, with the failure recorded.
 */
typedef bool fan_copy_receiver_fn(void *state, const fan_copy_piece *piece, const void *data,
                                  const XXH128_hash_t *hash);

typedef struct fan_copy_receiver {
    const fan_copy_manifest *manifest;
    const fan_copy_set *set; /**< as the sender's */
    fan_copy_cursor cursor;
    fan_copy_codec *codec;
    fan_copy_receiver_fn *take;
    void *state;
    fan_copy_outcome *outcome; /**< where damage is recorded */

    fan_copy_frame *frame;
    size_t got; /**< bytes of the frame */
    unsigned char *room;
    atomic_llong taken; /**< bytes of data so far */

    fan_copy_queue queue;
} fan_copy_receiver;

void fan_copy_receiver_open(fan_copy_receiver *receiver, const fan_copy_manifest *manifest,
                            const fan_copy_set *set, fan_copy_codec *codec,
                            fan_copy_receiver_fn *take, void *state, fan_copy_outcome *outcome);

/** A fanout_sink_fn in all but its state. Nonzero, with the failure recorded, if that fails. */
int fan_copy_receiver_write(fan_copy_receiver *receiver, const void *buffer, size_t bytes);

/**
 * The same in a thread, with the lock of os/cleanup.h: this does not wait for a disk that is slow
 * for a while. False if that, or what was given before, has failed.
 */
bool fan_copy_receiver_give(fan_copy_receiver *receiver, const void *buffer, size_t bytes);

/** Wait until all that was given is written. False if something has failed, which is recorded. */
bool fan_copy_receiver_wait(fan_copy_receiver *receiver);

/** The same; and release what is held. */
void fan_copy_receiver_close(fan_copy_receiver *receiver);

#endif
