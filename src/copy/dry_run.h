/* SPDX-License-Identifier: BSD-3-Clause */
/** @file dry_run.h  --dry-run: what would be copied, and how it would travel. */
#ifndef FAN_COPY_DRY_RUN_H
#define FAN_COPY_DRY_RUN_H

#include "copy/job/ranks.h"
#include "copy/model/pieces.h"
#include "copy/options/options.h"

/** Print it on rank 0. Collective. `lacking` NULL: everything, of unknown length. */
void fan_copy_dry_run(const fan_copy_manifest *manifest, const fan_copy_options *options,
                      const fan_copy_set *lacking, const fan_copy_ranks *ranks);

#endif
