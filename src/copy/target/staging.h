/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file staging.h  New trees: built in a directory beside their place, which gets its name when all
 * is whole.
 */
#ifndef FAN_COPY_TARGET_STAGING_H
#define FAN_COPY_TARGET_STAGING_H

#include "copy/target/targets.h"

/** Make the directories for new trees, or with `resume` take over those of a killed run. */
bool fan_copy_targets_stage(fan_copy_targets *targets, bool resume,
                            const fan_copy_manifest *manifest, fan_copy_outcome *outcome);

/** All is whole: give the new trees their final names, on the device as well if `sync`. */
bool fan_copy_targets_commit(fan_copy_targets *targets, bool sync, fan_copy_outcome *outcome);

/** Remove new trees that were not committed, or `keep` them as a run that is killed does. */
void fan_copy_targets_unstage(fan_copy_targets *targets, bool keep);

#endif
