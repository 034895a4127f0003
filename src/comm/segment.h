/* SPDX-License-Identifier: BSD-3-Clause */
/** @file segment.h  Memory that ranks of a node share. */
#ifndef FAN_COMM_SEGMENT_H
#define FAN_COMM_SEGMENT_H

#include "base/segment.h"
#include "base/status.h"
#include "comm/party.h"

#include <stdint.h>

/**
 * A segment of `bytes` that all of the party, who are on one node, have in memory. Member 0 makes
 * it. Collective over the party. After a failure, which is one on all of them, they have none.
 *
 * @param part    for which this rank reserves the memory: see base/segment.h
 * @param number  receives a number of the segment, equal on all members, never 0, and of no other
 *                segment that they have; NULL: not needed
 */
fan_status fan_comm_segment(const fan_comm_party *party, size_t bytes, fan_segment_part part,
                            fan_segment *segment, int64_t *number);

#endif
