/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file flight.h  Several broadcasts in flight on several communicators, each rank in another
 * order.
 *
 * The program stays legal, and free of deadlock with any MPI library: broadcasts of a flight are
 * numbered; those of one communicator start in that order, blocking ones are done in that order,
 * and a rank blocks or waits for one only when it has started all that come before it.
 */
#ifndef FAN_TESTS_DIFFERENTIAL_FLIGHT_H
#define FAN_TESTS_DIFFERENTIAL_FLIGHT_H

#include "tests/differential/actor.h"

/** Draw one and do it. */
void flight_run(actor *a);

/** Make all that the library makes on a communicator when it is needed first. */
void flight_warm_up(actor *a, team *t);

#endif
