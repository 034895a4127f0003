/* SPDX-License-Identifier: BSD-3-Clause */
/** @file rings.h  Rings in memory that all members share, and what members note. */
#ifndef FAN_TESTS_RINGS_H
#define FAN_TESTS_RINGS_H

#include "engine/ring/ring.h"

#include <stdatomic.h>
#include <stdint.h>

enum { CELL = FAN_RING_CELL_BYTES, CELLS = FAN_RING_CELLS };

/**
 * Of all members. Relaxed everywhere, or ThreadSanitizer would take these for what orders the
 * ring's data.
 */
typedef struct results {
    atomic_int failures;
    atomic_int lost; /**< wake-ups */
    atomic_int idles;
} results;

/** Shared with the processes that are forked. */
extern results *common;

void note(atomic_int *what);
int noted(atomic_int *what);

/** All counters begin at `start`. */
fan_ring_memory *make_ring(int members, uint32_t start);

void free_ring(fan_ring_memory *memory, int members);

/** The ring as the member `self` sees it; waiting counts in common->idles. */
fan_ring open_ring(fan_ring_memory *memory, int members, int self, uint32_t start);

/** Make common, or set it to zero. */
void reset(void);

#endif
