/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file draw.h  Independent series of random numbers, and what is drawn in more than one place.
 *
 * What all ranks must agree on is drawn by each of them from the same series.
 */
#ifndef FAN_TESTS_DIFFERENTIAL_INPUT_DRAW_H
#define FAN_TESTS_DIFFERENTIAL_INPUT_DRAW_H

#include "tests/common/random.h"

#include <stdint.h>

enum { MOST_RANKS = 16 };

/** A seed for each (seed, series, number): splitmix64. */
static inline random_state draw_series(uint64_t seed, uint64_t series, uint64_t number)
{
    uint64_t x =
        seed + series * UINT64_C(0x9e3779b97f4a7c15) + number * UINT64_C(0xd1342543de82ef95);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return (x ^ x >> 31) | 1;
}

/** The numbers 0 to count - 1 in any order. */
static inline void draw_order(random_state *state, int count, int *order)
{
    for (int i = 0; i < count; i++) {
        int j = random_between(state, 0, i);
        order[i] = order[j];
        order[j] = i;
    }
}

/** One of the numbers in `list`. */
#define DRAW_FROM(state, list)                                                                     \
    ((list)[random_between((state), 0, (int)(sizeof(list) / sizeof *(list)) - 1)])

#endif
