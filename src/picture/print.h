/* SPDX-License-Identifier: BSD-3-Clause */
/** @file print.h  One node's schedule as text. */
#ifndef FAN_PICTURE_PRINT_H
#define FAN_PICTURE_PRINT_H

#include "plan/schedule/schedule.h"

#include <stdio.h>

/** A line for each subfile in which the node has a part: where it comes from and where it goes. */
void fan_schedule_print(const fan_schedule *schedule, FILE *out);

#endif
