/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file stored.h  Which rows of a dataset have storage: of one with a huge extent, most may be
 * nothing but the fill value.
 */
#ifndef FAN_TOOLS_MDC_STORED_H
#define FAN_TOOLS_MDC_STORED_H

#include "tools/mdc/dataset.h"

typedef struct fan_mdctool_stored {
    int64_t extent;  /**< rows of the dataset */
    bool everywhere; /**< any row may have storage */
    int64_t *first;  /**< of each chunk there is, ascending */
    size_t count;
    int64_t chunk_rows;
} fan_mdctool_stored;

/** Look at all chunks there are, unless they are many. The program ends if HDF5 fails. */
fan_mdctool_stored fan_mdctool_stored_find(const fan_mdctool_dataset *dataset);

/** The first row at or after `row` that has storage; the number of rows if there is none. */
int64_t fan_mdctool_stored_next(const fan_mdctool_stored *stored, int64_t row);

void fan_mdctool_stored_free(fan_mdctool_stored *stored);

#endif
