/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file starve.h  Allocations of the library that fail: the program is linked with
 * -Wl,--wrap=malloc and the like, so that those of MPI and of libc are left alone.
 */
#ifndef FAN_TESTS_LIB_MEMORY_STARVE_H
#define FAN_TESTS_LIB_MEMORY_STARVE_H

#include <stdbool.h>
#include <stddef.h>

/** Which allocations fail, of those that follow. */
typedef struct starve_rule {
    int first;    /**< number of the first one that fails, from 1 on; 0: none */
    bool only_it; /**< those after it succeed */
    size_t least; /**< only those of at least so many bytes are counted */
} starve_rule;

void starve_begin(starve_rule rule);

/** End it. Returns the number of allocations that were counted. */
int starve_end(void);

#endif
