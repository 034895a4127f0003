/* SPDX-License-Identifier: BSD-3-Clause */
/** @file calm.h  What is done while no broadcast of this thread is in flight. */
#ifndef FAN_TESTS_DIFFERENTIAL_CALM_H
#define FAN_TESTS_DIFFERENTIAL_CALM_H

#include "tests/differential/actor.h"

/** Draw something and do it; `may_make`: also what makes communicators. */
void calm_step(actor *a, bool may_make);

#endif
