/* SPDX-License-Identifier: BSD-3-Clause */
/** @file store.h  Where the data of a rank is. */
#ifndef FAN_ENGINE_STORE_H
#define FAN_ENGINE_STORE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * With `base` all of it is in memory, in place. Otherwise `fill` produces and `drain` consumes it
 * piece by piece.
 */
typedef struct fan_store {
    void *base;
    /**
     * Produce bytes [offset, offset + bytes), in order of offset (with the parts of a layout, in
     * the order of chunks), and return their number. Fewer
     * bytes, or 0: a stream of FAN_UNKNOWN_LENGTH ends here. Negative: it failed. It is not called
     * again after either. NULL: not a source.
     */
    int64_t (*fill)(void *state, int64_t offset, void *piece, int64_t bytes);
    /**
     * Consume them, in the same order. Nonzero: it failed and is not called again. NULL: the data
     * is not wanted.
     */
    int (*drain)(void *state, int64_t offset, const void *piece, int64_t bytes);
    /**
     * True if `drain` would take so many bytes without waiting; if not, other work goes first.
     * NULL: always true.
     */
    bool (*ready)(void *state, int64_t bytes);
    void *state;
} fan_store;

#endif
