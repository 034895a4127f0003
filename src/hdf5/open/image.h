/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file image.h  A file's bytes in memory, one copy on each node, from which HDF5 opens it.
 *
 * HDF5 lets the program allocate and copy what it takes for an image. Here nothing is allocated and
 * nothing copied: it is given the same pages each time. The last who lets go of an image unmaps it,
 * which is HDF5 when it closes the file.
 */
#ifndef FAN_HDF5_OPEN_IMAGE_H
#define FAN_HDF5_OPEN_IMAGE_H

#include "base/segment.h"
#include "hdf5/common/agree.h"

typedef struct fan_h5_image {
    fan_segment pages;
    int references;   /**< HDF5 calls back under its own lock */
    bool filled_here; /**< this rank has to put the bytes there */
} fan_h5_image;

/**
 * Allocate `bytes` on every rank, shared with the ranks of its node if `share` is true and that is
 * possible. The root has to fill its own. Collective. NULL, with the failure recorded, if this rank
 * has not enough memory; other ranks may have succeeded.
 */
fan_h5_image *fan_h5_image_make(fan_h5_call *call, size_t bytes, bool share);

/** A fanout_sink_fn. */
int fan_h5_image_fill(void *image, MPI_Count offset, const void *data, size_t bytes);

/**
 * Open it, when it is complete. From now on its pages can only be read. A negative value, with the
 * failure recorded, if HDF5 cannot.
 *
 * @param name  under which HDF5 shall know it
 * @param path  of the file whose image it is, for the message
 */
hid_t fan_h5_image_open(fan_h5_image *image, const char *name, const char *path,
                        fan_h5_errors *errors);

/** The caller no longer needs it. It stays until the files that use it are closed. */
void fan_h5_image_drop(fan_h5_image *image);

#endif
