/* SPDX-License-Identifier: BSD-3-Clause */
/** @file stream.h  A stream of random length, whose pieces are compared as they come. */
#ifndef FAN_TESTS_DIFFERENTIAL_STREAM_H
#define FAN_TESTS_DIFFERENTIAL_STREAM_H

#include "tests/differential/actor.h"

/** Draw one, and do it. Collective over the members, blocking. */
void stream_run(actor *a);

#endif
