/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file parts.h  Given cut positions: data in parts, such as descriptors, that are to be subfiles.
 *
 * With as many subfiles as parts, each part is one. With fewer, a subfile is several parts that
 * follow each other. With more, a part is cut further, into several subfiles of about the same
 * length.
 */
#ifndef FAN_PLAN_SCHEDULE_PARTS_H
#define FAN_PLAN_SCHEDULE_PARTS_H

#include <stdbool.h>
#include <stdint.h>

/** Part i has the bytes from at[i] to at[i + 1]. The caller keeps `at`. */
typedef struct fan_parts {
    int64_t count;     /**< at least 1 */
    const int64_t *at; /**< [count + 1] from 0 to the length of the data, never falling */
} fan_parts;

/** Where a subfile begins; for the subfile behind the last one, where the data ends. */
int64_t fan_parts_cut(const fan_parts *parts, int subfiles, int subfile);

/**
 * Whether so many subfiles, of `most` possible ones, are a good cut. Where there are parts for all
 * members that is one number: the most of which no member has to send on more than it receives,
 * when the shorter subfiles have come to their end. (A member sends its subfile to k - 1 others.
 * While all k are travelling that takes (k - 1) / k of its link; with r subfiles left (k - 1) / r.)
 * Where there are fewer parts, each is one subfile; a single one may be cut into any number.
 */
bool fan_parts_suit(const fan_parts *parts, int subfiles, int most);

#endif
