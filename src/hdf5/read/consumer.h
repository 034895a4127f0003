/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file consumer.h  A rank's end of a read: takes bytes as they arrive, converts elements and puts
 * them where they belong.
 */
#ifndef FAN_HDF5_READ_CONSUMER_H
#define FAN_HDF5_READ_CONSUMER_H

#include "fanout_hdf5.h"
#include "hdf5/common/errors.h"
#include "hdf5/read/cut.h"

/** Where a rank wants its elements: in a buffer, or by calls of a callback. */
typedef struct fan_h5_target {
    hid_t type;
    bool in_blocks; /**< by calls of the callback */
    hid_t space;    /**< of the buffer; H5S_ALL: one element after the other */
    void *buffer;
    fanout_h5_block_fn *callback; /**< or NULL: they are not wanted */
    void *state;
} fan_h5_target;

typedef struct fan_h5_consumer {
    const fan_h5_target *target;
    fan_h5_errors *errors;
    hid_t wire; /**< the caller's */
    size_t wire_size, own_size;
    size_t stride; /**< bytes of the stream for an element: with what says whether it is a hole */
    bool converts;
    bool has_members; /**< compounds are converted: members that do not arrive stay as they are */
    bool scattered;   /**< the buffer's elements do not follow each other */
    fan_h5_cut cut;   /**< of its dataspace, where they do not */
    hsize_t total, most; /**< elements; in a piece at most */
    unsigned char *piece, *background;
    unsigned char
        *holes; /**< elements of the piece that stay as they are in memory; NULL: none in all */
    /* The piece that is being filled. */
    hid_t place; /**< its part of a scattered buffer */
    hsize_t start, count;
    size_t filled;
} fan_h5_consumer;

/**
 * False, with the failure recorded, if this rank's arguments do not match `total` elements of the
 * type `wire`.
 *
 * @param has_holes  a byte comes behind each element (holes.h)
 */
bool fan_h5_consumer_begin(fan_h5_consumer *consumer, const fan_h5_target *target, hid_t wire,
                           hsize_t total, bool has_holes, fan_h5_errors *errors);

/** A fanout_sink_fn. */
int fan_h5_consumer_take(void *consumer, MPI_Count offset, const void *data, size_t bytes);

/** Also after a failure. */
void fan_h5_consumer_end(fan_h5_consumer *consumer);

#endif
