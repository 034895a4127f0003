/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file cut.h  A selection in pieces of bounded size: one after the other they have its elements,
 * in its order.
 *
 * (HDF5 has iterators over selections since 1.12, which know nothing of chunks.) Hyperslabs are cut
 * into boxes: one selected coordinate in each of the slowest dimensions, some in the next, all in
 * the others. A regular hyperslab in a box is one again. Of an irregular one HDF5 selects the part
 * in the box.
 *
 * HDF5 1.10.8 counts more elements than there are in some combinations of hyperslabs: then the
 * boxes come to an end too early, and that is an error.
 */
#ifndef FAN_HDF5_READ_CUT_H
#define FAN_HDF5_READ_CUT_H

#include <hdf5.h>
#include <stdbool.h>

/** A regular hyperslab, or one around an irregular one. */
typedef struct fan_h5_frame {
    hsize_t start[H5S_MAX_RANK], stride[H5S_MAX_RANK], count[H5S_MAX_RANK], block[H5S_MAX_RANK];
} fan_h5_frame;

typedef struct fan_h5_cut {
    hid_t space; /**< the caller's */
    enum { FAN_H5_ONE_PIECE, FAN_H5_POINTS, FAN_H5_WHOLE, FAN_H5_REGULAR, FAN_H5_IRREGULAR } kind;
    hsize_t total;   /**< elements of the selection */
    hsize_t largest; /**< no piece has more */
    hsize_t done;    /**< elements in the pieces so far */
    int rank;
    fan_h5_frame frame;
    int dimension;              /**< in which boxes have several coordinates */
    hsize_t step;               /**< at most so many */
    hsize_t chunk;              /**< boxes end at multiples of it; 1: anywhere */
    hsize_t next[H5S_MAX_RANK]; /**< the first of the next box, counted in selected coordinates */
} fan_h5_cut;

/**
 * Begin to cut what is selected in `space`, which must stay as it is, into pieces of at most
 * `limit` (> 0) elements.
 *
 * @param chunk       NULL, or the size of a dataset's chunks: no chunk is then in two pieces, if
 *                    for that
 * @param band_limit  no piece has to have more elements than this
 * @return false if HDF5 failed
 */
bool fan_h5_cut_begin(fan_h5_cut *cut, hid_t space, hsize_t limit, const hsize_t *chunk,
                      hsize_t band_limit);

/**
 * The next piece, which is not empty. Not to be called after the last.
 *
 * @return a dataspace like `space` in which it is selected, and which the caller closes; negative
 *         if HDF5 failed
 */
hid_t fan_h5_cut_next(fan_h5_cut *cut, hsize_t *count);

#endif
