/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file traffic.h  Messages of the program itself, received with MPI_ANY_SOURCE and MPI_ANY_TAG
 * while broadcasts are in flight: they must not see what the library sends, nor the other way
 * round.
 */
#ifndef FAN_TESTS_DIFFERENTIAL_TRAFFIC_H
#define FAN_TESTS_DIFFERENTIAL_TRAFFIC_H

#include "tests/differential/actor.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

enum { TRAFFIC_MOST = 6 };

/** A message from one rank of the team to another. */
typedef struct letter {
    int from, to, tag;
    content content;
    unsigned char *sent, *received; /**< the latter is in any order */
    MPI_Request sending, receiving;
    bool has_come;
} letter;

typedef struct traffic {
    const team *team; /**< NULL: there is none */
    int place;
    int count;
    int next; /**< to be sent */
    letter letters[TRAFFIC_MOST];
} traffic;

/** Draw messages, and post the receives. Not on the communicator `freed`, which may be NULL. */
void traffic_begin(traffic *f, actor *a, const team *freed);

/** Send one of them. */
void traffic_step(traffic *f);

/** Send the rest, wait, compare, and let no rank go on before all are here. */
void traffic_end(traffic *f);

/** Is there anything that this program has not sent, in any communicator? */
void traffic_probe(const actor *a);

#endif
