/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file fill.h  What descriptors that are missing would have had, about: interpolation from those
 * that are there. Pure.
 */
#ifndef FAN_MDC_FILL_H
#define FAN_MDC_FILL_H

#include "mdc/lattice.h"

typedef enum fan_mdc_type {
    FAN_MDC_FLOAT,  /**< interpolated */
    FAN_MDC_DOUBLE, /**< interpolated */
    FAN_MDC_OTHER   /**< integers, categories and the rest: the nearest element */
} fan_mdc_type;

/**
 * Fill the elements of missing descriptors. Along each axis on which elements at both sides are
 * there, linear interpolation between the nearest two; of several axes those with the shortest
 * distance, averaged. Where there is no such axis, the average of the nearest elements around, each
 * with the inverse of the square of its distance. NaN and fill values are never averaged: they are
 * left out, and where nothing else is near, the fill value (or NaN) is taken.
 *
 * @param present  for each descriptor: whether its elements are in `array`
 * @param bytes    of an element; those of its type for numbers
 * @param fill     the fill value, one element; or NULL
 * @return false if no descriptor is present, or memory is short
 */
bool fan_mdc_fill(const fan_mdc_lattice *lattice, const bool present[], fan_mdc_type type,
                  size_t bytes, const void *fill, void *array);

#endif
