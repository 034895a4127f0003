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
    const fan_copy_ranks *ranks;
    fan_copy_progress *progress;
    fan_copy_sender *sender;     /**< on rank 0; if it is shared, on all */
    fan_copy_receiver *receiver; /**< NULL: this rank only relays */
    /** of the stream; negative: not known. After the transfer: how many travelled */
    int64_t bytes;
    bool told; /**< with `fail_fast`: this rank has told rank 0 that it failed */
} fan_copy_transfer;

/**
 * Transfer. Collective. Ends the job if the network fails; what else fails is in sender->error and
 * the outcome.
 */
void fan_copy_transfer_run(fan_copy_transfer *transfer);

#endif
