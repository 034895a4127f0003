/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file timeline.h  A broadcast as a picture (SVG): a row for each rank, time from left to right.
 */
#ifndef FAN_TRACE_JUDGE_TIMELINE_H
#define FAN_TRACE_JUDGE_TIMELINE_H

#include "trace/read/run.h"

#include <stdio.h>

/** @return FAN_OK; FAN_ERR_MEMORY; FAN_ERR_SYSTEM if `out` cannot be written */
fan_status fan_judge_timeline_draw(const fan_cast *cast, FILE *out);

#endif
