/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file orphans.h  A job of --hosts whose source is lost (driven.h): what is copied is known from
 * lists, and its data comes from those that have some of it. Until then: keeping such lists.
 */
#ifndef FAN_COPY_ORPHANS_H
#define FAN_COPY_ORPHANS_H

#include "copy/state.h"

/**
 * In the place of the source: what is copied, on the reader of `portions`, which is a rank that has
 * a list. False, on all ranks and reported, if that is not known. Collective over the writers.
 */
bool fan_copy_orphans_find(fan_copy_state *c);

/**
 * This rank knows what it has. Keep a list, in a job with the source; in one without, find out what
 * it can give to others. Local.
 *
 * @param writes  this rank does
 * @return its own pieces, to be freed
 */
fan_copy_set fan_copy_orphans_prepare(fan_copy_state *c, bool writes, const fan_copy_set *have);

/** Who sends what is lacking; whether all of it is there, or not, and reported. Collective. */
void fan_copy_orphans_look(fan_copy_state *c, const fan_copy_set *own);

#endif
