/* SPDX-License-Identifier: BSD-3-Clause */
/** @file way.h  --mkpath: the directories on the way to DST. */
#ifndef FAN_COPY_TARGET_WAY_H
#define FAN_COPY_TARGET_WAY_H

#include "copy/job/outcome.h"
#include "copy/target/targets.h"

#include <limits.h>
#include <stdbool.h>

/** What was made, so that it can be removed. Begin with {0}. */
typedef struct fan_copy_way {
    char path[PATH_MAX]; /**< the last directory of the way */
    int made;            /**< how many of its components did not exist */
} fan_copy_way;

/** Make what is missing on the way to DST. False if that fails; the outcome says why. */
bool fan_copy_way_make(fan_copy_way *way, const fan_copy_targets_options *options,
                       fan_copy_outcome *outcome);

/** Remove what was made, as far as it is empty. */
void fan_copy_way_remove(const fan_copy_way *way);

#endif
