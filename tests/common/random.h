/* SPDX-License-Identifier: BSD-3-Clause */
/** @file random.h  Repeatable random numbers for tests: xorshift64*, Vigna 2016,
 * doi:10.1145/2845077. */
#ifndef FAN_TESTS_RANDOM_H
#define FAN_TESTS_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/** The state, also the seed; not 0. */
typedef uint64_t random_state;

static inline uint64_t random_bits(random_state *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545F4914F6CDD1D);
}

/** A number from low to high, both included. */
static inline int random_between(random_state *state, int low, int high)
{
    return low + (int)((random_bits(state) >> 32) % (uint64_t)(high - low + 1));
}

/** With a probability of 1 in `n`. */
static inline bool random_one_in(random_state *state, int n)
{
    return random_between(state, 1, n) == 1;
}

#endif
