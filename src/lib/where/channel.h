/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file channel.h  The private communicator on which the broadcasts of some processes travel,
 * whatever the communicators of the user that they are called on.
 *
 * MPI libraries have a limit of communicators (MPICH 4: 2048), and making one takes several round
 * trips. So communicators of the user with the same processes in the same order share one of ours,
 * where each has a block of tags of its own. Ranks find out that they have the same channel by its
 * `id`: if each rank of a communicator has one with that id, of as many ranks, in which its own
 * rank is the same, then the n-th of each are the same process.
 *
 * Which blocks are in use is known on all ranks. Rank 0 proposes one, and each rank must find it
 * free: one rank may have freed a communicator while another is still broadcasting on it.
 */
#ifndef FAN_LIB_WHERE_CHANNEL_H
#define FAN_LIB_WHERE_CHANNEL_H

#include "lib/where/placement.h"

#include <mpi.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/queue.h>

/** The tags of a block: one for each subfile, of which there are fewer than ranks, and these. */
enum {
    FAN_TAG_NODE,  /**< what ranks of a node tell each other */
    FAN_TAG_SMALL, /**< small broadcasts */
    FAN_TAG_MAIL,  /**< broadcasts with a deadline: see mpi_mail.h */
    FAN_TAG_STALL, /**< and the next one: see mpi_stall.h */
    FAN_TAGS = FAN_TAG_STALL + 2
};

typedef struct fan_channel {
    uint64_t id;
    MPI_Comm comm;
    int rank, size;
    bool is_shared;     /**< with further communicators */
    bool is_kept;       /**< until MPI_Finalize, because the program will make more of them */
    atomic_bool broken; /**< a broadcast was abandoned: it may get messages that nobody expects */
    int references;
    int surveys_made;
    LIST_HEAD(, fan_survey) surveys;
    bool *used; /**< [blocks] */
    size_t blocks, blocks_used;
    size_t next_block; /**< where rank 0 begins to look for a free one */
    LIST_ENTRY(fan_channel) link;
} fan_channel;

/** How many channels this process has. Local, thread-safe. */
int fan_channel_count(void);

/** Memory for a channel, so that fan_channel_enter has it. NULL: there is none. Local. */
fan_channel *fan_channel_prepare(void);

/** It is not needed; may be NULL. */
void fan_channel_discard(fan_channel *prepared);

/** Enter a new channel, with one reference. `comm` becomes its own. Local. */
void fan_channel_enter(fan_channel *prepared, uint64_t id, MPI_Comm comm, bool is_shared,
                       bool is_kept);

/**
 * The ids of at most `most` channels of `size` ranks that can be shared and in which this rank is
 * `rank`, those used last first, without the first `skipped` of them. Local, thread-safe. Returns
 * how many there are behind those, which may be more than `most`.
 */
int fan_channel_find_all(int rank, int size, int skipped, uint64_t *ids, int most);

/** The channel of that id, with a reference, if `rank` and `size` fit; else NULL. Local. */
fan_channel *fan_channel_hold(uint64_t id, int rank, int size);

/** It is the one used last. Local. */
void fan_channel_come_first(fan_channel *channel);

/** The same channel, with one reference more. Local. */
fan_channel *fan_channel_retain(fan_channel *channel);

/**
 * Drop a reference.
 *
 * @param collective  all ranks do so now: then the last one frees the communicator
 */
void fan_channel_leave(fan_channel *channel, bool collective);

/** On rank 0: a block that is free here. -1: there is none. Local, thread-safe. */
int64_t fan_channel_propose_block(fan_channel *channel);

/** Take a block if it is free here. Local, thread-safe; false also without memory. */
bool fan_channel_take_block(fan_channel *channel, int64_t block);

void fan_channel_free_block(fan_channel *channel, int64_t block);

/** What MPI gets for tag 0 of a block. The tags of subfiles begin at FAN_TAGS. */
int fan_channel_tag(const fan_channel *channel, int64_t block);

/** The survey of that number, or NULL. Local, thread-safe. */
fan_survey *fan_channel_survey(fan_channel *channel, int number);

/** On rank 0: the number of a survey for that key, 0 if there is none. Local, thread-safe. */
int fan_channel_find_survey(fan_channel *channel, const fan_survey_key *key);

/** On rank 0: a number for a new survey. Local, thread-safe. */
int fan_channel_new_survey(fan_channel *channel);

/** The channel has this survey from now on. Local, thread-safe. */
void fan_channel_add_survey(fan_channel *channel, fan_survey *survey);

#endif
