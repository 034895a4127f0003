/* SPDX-License-Identifier: BSD-3-Clause */
/** @file ranges.h  A set of bytes, as ranges. */
#ifndef FAN_PLAN_RESCUE_RANGES_H
#define FAN_PLAN_RESCUE_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The bytes [from, to). */
typedef struct fan_range {
    int64_t from, to;
} fan_range;

/** In ascending order, with gaps between them. All zero: empty. */
typedef struct fan_ranges {
    fan_range *ranges;
    size_t count, room;
} fan_ranges;

/** Add `bytes` at `offset`, at least one. False if there is no memory: then they are not added. */
bool fan_ranges_add(fan_ranges *set, int64_t offset, int64_t bytes);

/** Whether all of `bytes` at `offset` are in it. */
bool fan_ranges_have(const fan_ranges *set, int64_t offset, int64_t bytes);

void fan_ranges_free(fan_ranges *set);

#endif
