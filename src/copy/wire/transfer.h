/* SPDX-License-Identifier: BSD-3-Clause */
/** @file transfer.h  A stream: what is lacking, from one reader to all ranks that take it. */
#ifndef FAN_COPY_WIRE_TRANSFER_H
#define FAN_COPY_WIRE_TRANSFER_H

#include "copy/party/party.h"
#include "copy/wire/progress.h"
#include "copy/wire/receiver.h"
#include "copy/wire/section.h"
#include "copy/wire/sender.h"

typedef struct fan_copy_transfer {
    int root;           /**< the reader, in the party */
    const char *source; /**< its name in messages */
    bool shared;        /**< every host reads a part of it */
    bool fail_fast;     /**< all stop when one rank fails */
    /** on the root: when nobody here needs more it just ends; the source has not failed for that */
    bool quiet;
    /** ranks that need some of the data; when all of them have failed, all stop */
    int takers;
    bool takes;      /**< this rank is one of them */
    int failed;      /**< how many of them had failed before */
    int64_t before;  /**< bytes of data that were sent before */
    int64_t lacking; /**< bytes of data to send, with those; 0: not known */
    const fan_copy_party *party;
    fan_copy_progress *progress;
    fan_copy_sender *sender;     /**< on the root; if it is shared, on all */
    fan_copy_receiver *receiver; /**< NULL: this rank only relays */
    /** of the stream; negative: not known. After the transfer: how many travelled */
    int64_t bytes;
    fan_copy_section *section; /**< the one it has come to, or NULL: it has only one */
    bool given_up;             /**< this rank has left, and what it lacks will never come */
    bool has_failed;           /**< this rank has */
    bool told;                 /**< and has told the root */
    int heard;                 /**< on the root: how many have told it */
    /* If the transfer is lost: */
    int code;                             /**< MPI's */
    bool together;                        /**< all ranks learn that by themselves */
    char lost[MPI_MAX_ERROR_STRING + 32]; /**< in words */
} fan_copy_transfer;

/**
 * Transfer. Collective. False if the network fails: then nothing more can be said to the others.
 * What else fails is in sender->error and the outcome.
 */
bool fan_copy_transfer_run(fan_copy_transfer *transfer);

/** Bytes that are still to travel, if those are like the ones that have. On the root. */
double fan_copy_transfer_left(const fan_copy_transfer *transfer);

/** So many have told the root that they failed: on the root, hear them. They count as `failed`. */
void fan_copy_transfer_hear(fan_copy_transfer *transfer, int told);

/**
 * After that: whether the source was read to its end, on all ranks that read; and count those who
 * have failed. Collective.
 */
bool fan_copy_transfer_end(fan_copy_transfer *transfer);

#endif
