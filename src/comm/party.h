/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file party.h  Some ranks of a private communicator, for example those of a node, tell each other
 * something by messages: they need no communicator of their own. All functions are collective over
 * the party and return MPI's code.
 */
#ifndef FAN_COMM_PARTY_H
#define FAN_COMM_PARTY_H

#include "base/status.h"

#include <mpi.h>
#include <stddef.h>

typedef struct fan_comm_party {
    MPI_Comm comm;    /**< private; errors return */
    const int *ranks; /**< [members] of the communicator; NULL: all, in their order */
    int members;
    int self; /**< which of them this rank is */
    int tag;  /**< of the messages, which nothing else uses at the same time */
} fan_comm_party;

/** Member 0's `bytes` become those of all. */
int fan_party_share(const fan_comm_party *party, void *data, size_t bytes);

/** Bring `bytes` of each member to member 0, all[members], which others need not have. */
int fan_party_collect(const fan_comm_party *party, const void *own, void *all, size_t bytes);

/**
 * FAN_OK, or on every member the worst of all members' statuses, which stand for their last
 * failures. A member whose own status is FAN_OK records that another rank of the node cannot use
 * the memory.
 */
fan_status fan_party_worst(const fan_comm_party *party, fan_status status);

#endif
