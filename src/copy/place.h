/* SPDX-License-Identifier: BSD-3-Clause */
/** @file place.h  Before the data: where each rank writes. */
#ifndef FAN_COPY_PLACE_H
#define FAN_COPY_PLACE_H

#include "copy/job/ranks.h"
#include "copy/model/manifest.h"
#include "copy/once/once.h"
#include "copy/options/options.h"
#include "copy/report.h"
#include "copy/target/targets.h"
#include "copy/target/way.h"

/**
 * Find out where everything goes on this rank and, without --once, whether it writes there or
 * another rank does for it. Collective over the writers.
 *
 * @param way      gets the directories that were made on the way there
 * @param outcome  gets the path, who writes, and the failure, if there is one
 * @param report   used on rank 0
 * @return false, on all ranks, if hosts disagree on what DST means; the report says so then
 */
bool fan_copy_place_find(const fan_copy_options *options, const fan_copy_ranks *ranks,
                         const fan_copy_manifest *manifest, fan_copy_targets *targets,
                         fan_copy_way *way, fan_copy_outcome *outcome, fan_copy_report *report);

/**
 * With --once: find out which ranks lack what is copied; only those write. Collective over the
 * writers.
 *
 * @param manifest  what is copied; used on rank 0
 * @return whether there are any; false if that cannot be found out, and the report says so then
 */
bool fan_copy_place_settle(const fan_copy_options *options, const fan_copy_ranks *ranks,
                           const fan_copy_manifest *manifest, fan_copy_targets *targets,
                           fan_copy_once *once, fan_copy_outcome *outcome, fan_copy_report *report);

#endif
