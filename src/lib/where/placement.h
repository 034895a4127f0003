/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file placement.h  On which nodes the ranks of a channel are, and in which order these nodes
 * become recipients.
 *
 * A survey asks on which hosts ranks are. Its result holds for all communicators of the channel
 * with the same parameters and topology file. A placement is what one of them uses, or several.
 */
#ifndef FAN_LIB_WHERE_PLACEMENT_H
#define FAN_LIB_WHERE_PLACEMENT_H

#include "comm/probe/probe.h"
#include "lib/where/hosts.h"
#include "lib/where/node_map.h"
#include "lib/where/slowness.h"
#include "tune/params.h"

#include <stdatomic.h>
#include <stdint.h>
#include <sys/queue.h>

/** What has been measured between nodes, equal on all ranks. */
typedef struct fan_learned {
    int64_t known;      /**< whether anything has */
    int64_t is_earlier; /**< by an earlier job; this one has only seen that a round trip fits */
    int64_t bytes;      /**< of the broadcast before which it was */
    fan_probe_link link;
} fan_learned;

typedef struct fan_placement {
    atomic_int references;
    fan_node_map map;
    fan_learned network;
    fan_order *order;       /**< of the nodes, equal on all ranks; NULL: that of their numbers */
    fan_slowness *slowness; /**< the last that was found, or NULL */
    bool was_looked_at;     /**< for slow nodes */
    int64_t *rates;         /**< [ranks + 1] room for what ranks tell each other of them */
} fan_placement;

/** Local. */
fan_placement *fan_placement_hold(fan_placement *placement);

/** The last one frees it. Local. */
void fan_placement_leave(fan_placement *placement);

/** For what a survey is good. The file counts on rank 0 only. */
typedef struct fan_survey_key {
    int64_t shared_memory, domains;
    uint64_t device, inode;  /**< of the topology file; 0: there is none */
    int64_t bytes, modified; /**< ns */
} fan_survey_key;

typedef struct fan_survey {
    int number; /**< in its channel; rank 0 gives it */
    fan_survey_key key;
    fan_hosts hosts;
    fan_placement *placement; /**< what all use; NULL with MPI_THREAD_MULTIPLE: each has its own */
    LIST_ENTRY(fan_survey) link;
} fan_survey;

fan_survey_key fan_survey_key_of(const fan_params *params);

bool fan_survey_key_equal(const fan_survey_key *a, const fan_survey_key *b);

/** A survey that is still to be made, with memory for its result. Local; NULL: no memory. */
fan_survey *fan_survey_begin(MPI_Comm comm, const fan_params *params);

void fan_survey_free(fan_survey *survey);

/** A placement that is still to be made. Local; NULL: no memory. */
fan_placement *fan_placement_begin(int ranks);

/**
 * Make a placement that has begun, from a survey. Collective. After a failure, which is one on all
 * ranks, it is freed.
 *
 * @param comm   of the user, for collective calls
 * @param own    private, of the same ranks, for messages with `tag`
 * @param share  whether communicators may share a ring
 */
fan_status fan_placement_make(const fan_survey *survey, MPI_Comm comm, MPI_Comm own, int tag,
                              bool share, fan_placement *placement);

#endif
