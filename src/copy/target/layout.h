/* SPDX-License-Identifier: BSD-3-Clause */
/** @file layout.h  Whether the copies get the same names on all hosts. */
#ifndef FAN_COPY_TARGET_LAYOUT_H
#define FAN_COPY_TARGET_LAYOUT_H

#include "copy/job/outcome.h"
#include "copy/target/targets.h"

/**
 * By cp's rule it depends on what is there whether a copy goes into DST or becomes DST. Compare
 * what the hosts have found. Collective.
 *
 * @param found  whether this rank knows where things go; the others do not count
 * @param text   on all ranks: who differs, and what to do
 * @return whether all are the same; the same on all ranks
 */
bool fan_copy_layout_agree(const fan_copy_targets *targets, bool found,
                           const fan_copy_outcome *outcome, MPI_Comm comm, char *text, size_t size);

#endif
