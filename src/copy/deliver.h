/* SPDX-License-Identifier: BSD-3-Clause */
/** @file deliver.h  The data: from those who read to all who write. */
#ifndef FAN_COPY_DELIVER_H
#define FAN_COPY_DELIVER_H

#include "copy/state.h"

/**
 * Send what some rank lacks, and give it its final name where all of it has come. Of several hosts
 * with sources one sends after the other: a broadcast fills all links as long as it runs, so that
 * all together take the time of all bytes once. Collective over the writers.
 */
void fan_copy_deliver(fan_copy_state *state);

#endif
