/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file pool.h  The communicators that there are. Every rank knows the members of all of them,
 * also of those that it is not in, so that all ranks can draw the same operations.
 */
#ifndef FAN_TESTS_DIFFERENTIAL_INPUT_POOL_H
#define FAN_TESTS_DIFFERENTIAL_INPUT_POOL_H

#include "tests/differential/input/draw.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

/** Open MPI 4.1.4 lets MPI_ANY_TAG see the messages of MPI_Comm_create_group, with its tag. */
enum { POOL_MOST = 12, TAG_OF_GROUPS = 7777 };

/** A communicator. */
typedef struct team {
    MPI_Comm comm; /**< MPI_COMM_NULL on ranks that are not in it */
    int size;
    int members[MOST_RANKS]; /**< ranks in MPI_COMM_WORLD */
    uint64_t id;             /**< no other communicator has had it */
    int rank;                /**< own, or -1 */
    bool is_world;           /**< is not freed */
    int64_t min_bytes;       /**< broadcasts of 32 times so many are not passed through */
    bool may_check;          /**< compares arguments before each broadcast */
    bool is_connected;       /**< has all of the library's state for blocking broadcasts */
    bool is_warm;            /**< and for nonblocking ones */
} team;

typedef struct pool {
    team teams[POOL_MOST];
    int count;
} pool;

/** With MPI_COMM_WORLD in it. */
void pool_begin(pool *p);

/** Make one or more communicators from one of the pool. Collective over MPI_COMM_WORLD. */
void pool_make(pool *p, random_state *common);

/** Make a duplicate of MPI_COMM_WORLD or a part of it that has all ranks. */
void pool_make_whole(pool *p, random_state *common);

/** Free one of them, unless it is MPI_COMM_WORLD. */
void pool_free(pool *p, int index);

/** Free all but MPI_COMM_WORLD. */
void pool_end(pool *p);

/** What is known of a communicator to which these hints have been given. */
void team_hint(team *t, int64_t min_bytes, bool check);

#endif
