/* SPDX-License-Identifier: BSD-3-Clause */
/** @file transfer.h  The stream: what is lacking, from the source to all ranks that take it. */
#ifndef FAN_COPY_WIRE_TRANSFER_H
#define FAN_COPY_WIRE_TRANSFER_H

#include "copy/job/ranks.h"
#include "copy/wire/progress.h"
#include "copy/wire/receiver.h"
#include "copy/wire/sender.h"

typedef struct fan_copy_transfer {
    const char *source; /**< its name in messages */
    bool shared;        /**< every host reads a part of it */
    bool fail_fast;     /**< all stop when one rank fails */
    /** ranks that need some of the data; when all of them have failed, all stop */
    int takers;
    bool takes; /**< this rank is one of them */
    const fan_copy_ranks *ranks;
    fan_copy_progress *progress;
    fan_copy_sender *sender;     /**< on rank 0; if it is shared, on all */
    fan_copy_receiver *receiver; /**< NULL: this rank only relays */
    /** of the stream; negative: not known. After the transfer: how many travelled */
    int64_t bytes;
    int64_t lacking; /**< bytes of data to send; 0: not known */
    bool told;       /**< this rank has told rank 0 that it failed */
    int heard;       /**< on rank 0: how many have told it */
} fan_copy_transfer;

/**
 * Transfer. Collective. Ends the job if the network fails; what else fails is in sender->error and
 * the outcome.
 */
void fan_copy_transfer_run(fan_copy_transfer *transfer);

/** After that: whether the source was read to its end, on all ranks that read. Collective. */
bool fan_copy_transfer_end(fan_copy_transfer *transfer);

#endif
