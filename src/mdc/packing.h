/* SPDX-License-Identifier: BSD-3-Clause */
/** @file packing.h  An array as the sequence of its descriptors, one behind the other. Local. */
#ifndef FAN_MDC_PACKING_H
#define FAN_MDC_PACKING_H

#include "mdc/lattice.h"

#include <stdbool.h>

typedef struct fan_mdc_packing {
    fan_mdc_lattice lattice;
    size_t bytes;  /**< of an element */
    int64_t count; /**< of descriptors */
    int64_t *at;   /**< [count + 1] where each begins, in bytes; and where all end */
} fan_mdc_packing;

/** False without memory. */
bool fan_mdc_packing_open(fan_mdc_packing *packing, const fan_mdc_lattice *lattice, size_t bytes);

void fan_mdc_packing_close(fan_mdc_packing *packing);

/** The descriptor that has the byte at `offset`, which is below the length of all. */
int64_t fan_mdc_packing_find(const fan_mdc_packing *packing, int64_t offset);

/**
 * Copy the bytes from `offset` on out of the array to `piece`, or from `piece` into the array. They
 * may begin and end inside an element, and be of several descriptors.
 */
void fan_mdc_pack(const fan_mdc_packing *packing, int64_t offset, int64_t bytes, const void *array,
                  void *piece);
void fan_mdc_unpack(const fan_mdc_packing *packing, int64_t offset, int64_t bytes,
                    const void *piece, void *array);

#endif
