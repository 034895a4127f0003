/* SPDX-License-Identifier: BSD-3-Clause */
/** @file actor.h  What one thread of the program needs to draw and do its operations. */
#ifndef FAN_TESTS_DIFFERENTIAL_ACTOR_H
#define FAN_TESTS_DIFFERENTIAL_ACTOR_H

#include "tests/differential/input/pool.h"
#include "tests/differential/operation.h"

#include <stdbool.h>
#include <stdint.h>

enum { PERSISTENT_MOST = 5 };

/** A persistent broadcast that there is. */
typedef struct prepared {
    bool exists;
    operation operation;
    team team; /**< as it was when this was made */
} prepared;

typedef struct actor {
    int place;           /**< of watch.h; also its number */
    pool pool;           /**< communicators that only this thread uses */
    random_state common; /**< for what all ranks do alike */
    random_state own;    /**< for when this rank does it */
    uint64_t next_id;    /**< of a content */
    prepared persistent[PERSISTENT_MOST];
} actor;

/** Its series of numbers. `number` is that of its place, `life` tells its threads apart. */
void actor_begin(actor *a, int number, uint64_t life);

uint64_t actor_id(actor *a);

/** Any communicator of it. */
team *actor_team(actor *a);

/** Whether there is a persistent broadcast on it. */
bool actor_has_persistent(const actor *a, const team *t);

/** Make a persistent broadcast, or free one that exists. Blocking. */
void actor_turn_persistent(actor *a);

/** Free those of a communicator; NULL: all. */
void actor_forget_persistent(actor *a, const team *t);

#endif
