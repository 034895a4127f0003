/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file sections.h  A transfer in sections, between which those who are slow leave it: their link
 * or their disk would make all others wait. They get the rest afterwards, from the same source, in
 * the same order: for them it is one transfer that stands still for a while.
 *
 * All decide from the same numbers, which they tell each other between two sections.
 */
#ifndef FAN_COPY_WIRE_SECTIONS_H
#define FAN_COPY_WIRE_SECTIONS_H

#include "copy/party/party.h"
#include "copy/wire/section.h"
#include "copy/wire/transfer.h"

#include <sys/queue.h>

/** On the source: what those that have left together lack. */
typedef struct fan_copy_remainder {
    fan_copy_party party;
    int takers;
    int64_t next;  /**< the first piece that they have not received */
    int64_t bytes; /**< of data before it */
    STAILQ_ENTRY(fan_copy_remainder) link;
} fan_copy_remainder;

typedef STAILQ_HEAD(fan_copy_remainders, fan_copy_remainder) fan_copy_remainders;

typedef struct fan_copy_sections {
    const fan_copy_ranks *ranks;
    fan_copy_party party; /**< of the transfer */
    double patience;      /**< as of fan_copy_attach */
    bool goes_on;         /**< on the source: the party is that of a remainder */
    fan_copy_section section;
    bool is_over;
    fan_copy_remainders *remainders; /**< on the source: receives what is behind */

    /** where this rank has left and lacks something: what it could take, and what the others do */
    double pace;
    double usual; /**< otherwise 0 */
} fan_copy_sections;

/** Whether it is worth while for so many bytes. Equal on all ranks. */
bool fan_copy_sections_worth(const fan_copy_ranks *ranks, int64_t bytes);

/**
 * As fan_copy_transfer_run, of a transfer whose `party` is that of `sections`. It returns on those
 * that stay when they have all, on each other one when it is over for that.
 */
bool fan_copy_sections_run(fan_copy_sections *sections, fan_copy_transfer *transfer);

/** On the source: it is the turn of those that have left, or if not `good`, it never will be. */
void fan_copy_sections_call(const fan_copy_remainder *remainder, bool good);

/**
 * The same if the network has failed, as when a host has stopped: then nobody learns anything in
 * another way.
 */
void fan_copy_sections_lose(const fan_copy_remainder *remainder, bool by_timeout);

#endif
