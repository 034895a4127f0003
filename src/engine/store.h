/* SPDX-License-Identifier: BSD-3-Clause */
/** @file store.h  Where the data of a rank is. */
#ifndef FAN_ENGINE_STORE_H
#define FAN_ENGINE_STORE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * With `base` all of it is in memory, in place. Without, `fill` gives and `drain` takes it piece by
 * piece.
 */
typedef struct fan_store {
    void *base;
    /**
     * Produce bytes [offset, offset + bytes), in order of offset, and return their number. Fewer,
     * or none: here is the end of a stream whose length was FAN_UNKNOWN_LENGTH. Negative: failed.
     * Not called again after either. NULL: not a source.
     */
    int64_t (*fill)(void *state, int64_t offset, void *piece, int64_t bytes);
    /**
     * Consume them, in order of offset. Nonzero: failed, and not called again. NULL: nobody wants
     * them.
     */
    int (*drain)(void *state, int64_t offset, const void *piece, int64_t bytes);
    /**
     * True if `drain` would take so many bytes now; what else there is to do can be done before.
     * NULL: always.
     */
    bool (*ready)(void *state, int64_t bytes);
    void *state;
} fan_store;

#endif
