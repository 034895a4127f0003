/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file layout.h  How the bytes are divided: chunk g belongs to subfile (subfile) g mod subfiles.
 *
 * Striping chunk by chunk, rather than cutting the data into one contiguous piece per subfile, lets
 * a stream be read and written in order with a bounded window, and makes chunk order one global
 * order.
 *
 * A round is one chunk of each subfile. The first rounds ramp up to the full chunk in equal steps.
 * Messages that leave a node together share its link equally and end together, and then the link is
 * idle for a latency, again and again. Unequal ones end one after the other, and once they are out
 * of step they stay so. (In SimGrid, 16 KiB chunks, four in progress, bandwidth x latency 18 KB:
 * one transfer takes 1.28 of the time of the bytes, with a ramp of four rounds 1.00.)
 */
#ifndef FAN_PLAN_SCHEDULE_LAYOUT_H
#define FAN_PLAN_SCHEDULE_LAYOUT_H

#include "plan/schedule/parts.h"

#include <stdint.h>

/** The length of a stream that ends where its source ends. Nothing that has a length is as long. */
#define FAN_UNKNOWN_LENGTH (INT64_C(1) << 60)

typedef struct fan_layout {
    int64_t bytes;      /**< length of the data, or FAN_UNKNOWN_LENGTH */
    int64_t step_bytes; /**< by which chunks grow from round to round */
    int ramp;           /**< rounds until they have their full length, at least 1 */
    int subfiles;       /**< number of subfiles */
    /** the subfiles are these, of unequal length, instead of stripes of the same; or NULL */
    const fan_parts *parts;
    int64_t longest; /**< of the subfiles, with `parts` */
} fan_layout;

/**
 * A layout with chunks of at most `chunk_bytes` (rounded up to a cache line), made a little smaller
 * where that gives every subfile the same number of chunks. Subfiles differ by at most one chunk.
 * The last ones can be empty when there are at most (subfiles - 1)^2 bytes, and are when there are
 * fewer than subfiles.
 */
fan_layout fan_layout_make(int64_t bytes, int64_t chunk_bytes, int subfiles, int ramp);

/** A layout with chunks of exactly `chunk_bytes` from the first on; the last one may be shorter. */
fan_layout fan_layout_exact(int64_t bytes, int64_t chunk_bytes, int subfiles);

/**
 * The same chunks, but each subfile is given: `parts`, of as many bytes in all, which the caller
 * keeps. Subfile s is then one piece of the data, whose chunks still are s, s + subfiles, ... The
 * shorter subfiles have no bytes in the last rounds: their chunks there are empty, and do not
 * travel. The bytes of a chunk are not those after the chunk before.
 */
void fan_layout_cut(fan_layout *layout, const fan_parts *parts);

/** Length of the largest chunks. */
int64_t fan_layout_chunk_bytes(const fan_layout *layout);

/** Number of chunks of all subfiles; with parts, including the empty ones. */
int64_t fan_layout_chunks(const fan_layout *layout);

/** Where chunk `g` begins, in bytes. */
int64_t fan_layout_offset(const fan_layout *layout, int64_t g);

/** Length of chunk `g` in bytes; 0 only with parts, for what does not travel. */
int64_t fan_layout_length(const fan_layout *layout, int64_t g);

/** Bytes of the subfile `subfile`. */
int64_t fan_layout_subfile_bytes(const fan_layout *layout, int subfile);

#endif
