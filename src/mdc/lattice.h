/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file lattice.h  Which elements of an array are in which descriptor: the polyphase components.
 * Pure.
 *
 * Axis i is cut with the factor k_i. The element at x is in the descriptor with the residues x_i
 * mod k_i, at the place x_i div k_i. So each descriptor is the whole field, k = product of the k_i
 * times coarser, and all together are a permutation of the array. (Multiple description coding by
 * polyphase subsampling: V. K. Goyal, "Multiple description coding: compression meets the network",
 * IEEE Signal Processing Magazine 18(5), 2001.)
 */
#ifndef FAN_MDC_LATTICE_H
#define FAN_MDC_LATTICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FAN_MDC_AXES = 32 }; /* as many as HDF5 has (H5S_MAX_RANK) */

typedef struct fan_mdc_lattice {
    int axes;
    int64_t extent[FAN_MDC_AXES]; /**< elements, the last axis is contiguous */
    int64_t factor[FAN_MDC_AXES];
} fan_mdc_lattice;

/** How many descriptors. */
int64_t fan_mdc_descriptors(const fan_mdc_lattice *lattice);

/** The residues of a descriptor: its number in row-major order. */
void fan_mdc_residues(const fan_mdc_lattice *lattice, int64_t descriptor, int64_t residue[]);

/**
 * The extent of a descriptor's array, which may be 0 along an axis. Returns the number of its
 * elements.
 */
int64_t fan_mdc_extent(const fan_mdc_lattice *lattice, int64_t descriptor, int64_t extent[]);

/** Number of elements of the array. */
int64_t fan_mdc_elements(const fan_mdc_lattice *lattice);

/** Where the element number `place` of a descriptor is in the array, in elements. */
int64_t fan_mdc_place(const fan_mdc_lattice *lattice, int64_t descriptor, int64_t place);

/**
 * Copy the elements [first, first + count) of a descriptor, in its own row-major order, from the
 * array to `piece`, or from `piece` into the array.
 *
 * @param bytes  of an element
 */
void fan_mdc_extract(const fan_mdc_lattice *lattice, int64_t descriptor, int64_t first,
                     int64_t count, size_t bytes, const void *array, void *piece);
void fan_mdc_insert(const fan_mdc_lattice *lattice, int64_t descriptor, int64_t first,
                    int64_t count, size_t bytes, const void *piece, void *array);

#endif
