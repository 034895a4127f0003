/* SPDX-License-Identifier: BSD-3-Clause */
/** @file array.h  Arrays that grow. */
#ifndef FAN_BASE_ARRAY_H
#define FAN_BASE_ARRAY_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Make room for `needed` elements of `size` bytes. The array at least doubles, so that adding n
 * elements one by one moves no element more than twice on average. Local; not for arrays that
 * several threads use.
 *
 * @param array  a T **: the array, NULL at first, moved by realloc()
 * @param room   elements that it has room for, 0 at first
 * @return       false, with errno ENOMEM and nothing changed, if memory runs out
 */
bool fan_array_reserve(void *array, size_t *room, size_t needed, size_t size);

#endif
