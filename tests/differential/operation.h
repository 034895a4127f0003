/* SPDX-License-Identifier: BSD-3-Clause */
/** @file operation.h  A broadcast in one of its forms, from its arguments to the comparison. */
#ifndef FAN_TESTS_DIFFERENTIAL_OPERATION_H
#define FAN_TESTS_DIFFERENTIAL_OPERATION_H

#include "fanout.h"
#include "tests/differential/input/part.h"
#include "tests/differential/input/pool.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum operation_kind {
    BROADCAST,     /**< fanout_bcast */
    NONBLOCKING,   /**< fanout_ibcast */
    PERSISTENT,    /**< fanout_bcast_init; can be started again and again */
    MPI_BROADCAST, /**< of the MPI library */
    MPI_NONBLOCKING,
} operation_kind;

/** All members are equal on all ranks but for those of the part and the requests. */
typedef struct operation {
    operation_kind kind;
    const team *team;
    content content;
    int root;
    bool is_plain; /**< the datatypes are equal on all ranks: see operation_draw */
    bool is_ours;  /**< is surely not passed through */
    int place;     /**< of watch.h */
    part part;
    fanout_request request;
    MPI_Request mpi;
} operation;

/**
 * Draw its arguments. Those of what may be passed through to the MPI library are such that it does
 * not fail: count and datatype are the same on all ranks (Open MPI 4.1.4 ends with wrong data
 * otherwise), and no pair of basic types (MPICH 4.0.2 truncates arrays of MPI_SHORT_INT).
 */
operation operation_draw(random_state *common, operation_kind kind, const team *t, uint64_t id,
                         int place);

/** At least so many bytes that it is not passed through. For blocking calls in a flight. */
operation operation_draw_ours(random_state *common, operation_kind kind, const team *t, uint64_t id,
                              int place);

/** Make the buffer. */
void operation_open(operation *o);

/** The call of fanout_bcast_init. Collective, blocking. */
void operation_init(operation *o);

/** Start it; or, if it is blocking, do it. */
void operation_start(operation *o);

/** Give a nonblocking one a chance. Returns whether it has ended. */
bool operation_test(operation *o);

/** Until a nonblocking one has ended. */
void operation_wait(operation *o);

/** Compare the buffer. */
void operation_check(operation *o);

/** All of it: open, start, wait, check, close. Collective; a blocking or nonblocking one. */
void operation_run(operation *o);

/** Other data for the next start of a persistent one. */
void operation_refill(operation *o, uint64_t id);

/** Release all. */
void operation_close(operation *o);

/** What it is, for reports. Overwritten by the next call of this thread. */
const char *operation_text(const operation *o);

#endif
