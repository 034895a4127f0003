/* SPDX-License-Identifier: BSD-3-Clause */
/** @file dry_run.h  --dry-run: what would be copied, and how it would travel. */
#ifndef FAN_COPY_DRY_RUN_H
#define FAN_COPY_DRY_RUN_H

#include "copy/job/ranks.h"
#include "copy/model/pieces.h"

/**
 * Print it on rank 0. Collective.
 *
 * @param sources  what was named on the command line
 * @param lacking  the pieces that would travel; NULL: everything, of unknown length
 * @param quiet    print nothing
 */
void fan_copy_dry_run(const fan_copy_manifest *manifest, char *const *sources,
                      const fan_copy_set *lacking, const fan_copy_ranks *ranks, bool quiet);

#endif
