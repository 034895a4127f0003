/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file copying.h  Which of two ways of copying pieces is faster here: memcpy, or stores that
 * bypass the caches (stream_copy.h). Neither is everywhere: for 16 MiB to 2 ranks memcpy took nine
 * times as long on one machine (an AMD EPYC, whose cores shared no cache), and half as long on
 * another (an Intel Xeon); there it took longer for 64 MiB to 4 ranks.
 *
 * So pieces are copied in both ways at first, and then in the one that took less time, but for one
 * in 64, by which a change is found. Nobody else needs to know: it is the rank's own time.
 */
#ifndef FAN_ENGINE_RING_COPYING_H
#define FAN_ENGINE_RING_COPYING_H

#include <stdbool.h>
#include <stdint.h>

typedef enum fan_copying_way {
    FAN_COPYING_CACHED,   /**< memcpy */
    FAN_COPYING_STREAMED, /**< fan_stream_copy */
    FAN_COPYING_WAYS
} fan_copying_way;

/** What is known of copies of one kind. All zero at first. For one thread at a time. */
typedef struct fan_copying {
    double seconds[FAN_COPYING_WAYS]; /**< for a byte, as usual; 0: not tried */
    uint32_t copies;
} fan_copying;

/** Copy, one way or the other. What follows with release semantics comes after it. */
void fan_copying_do(fan_copying *c, void *to, const void *from, int64_t bytes);

/** The way of the next copy, and whether it is to be timed. Counts as one. */
fan_copying_way fan_copying_next(fan_copying *c, bool *is_timed);

/** How long it took. */
void fan_copying_note(fan_copying *c, fan_copying_way way, double seconds, int64_t bytes);

#endif
