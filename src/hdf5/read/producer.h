/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file producer.h  The root's end of a read: reads the dataset block by block, one or two blocks
 * ahead of what is sent.
 *
 * A thread reads, because HDF5 reads and decompresses while it is called, and nothing would be sent
 * meanwhile. The root's own elements are delivered by it, too: so HDF5 is called by one thread at a
 * time, and this one calls no MPI. Until it is known that the thread gets HDF5's lock (probe.h), so
 * always in a callback of HDF5, the thread that sends reads what it needs next. With other drivers
 * than the common ones it always does, for HDF5 may call MPI then.
 */
#ifndef FAN_HDF5_READ_PRODUCER_H
#define FAN_HDF5_READ_PRODUCER_H

#include "hdf5/read/consumer.h"
#include "hdf5/read/holes.h"
#include "hdf5/read/probe.h"

#include <pthread.h>

typedef struct fan_h5_block {
    unsigned char *data;
    size_t bytes;
} fan_h5_block;

enum { FAN_H5_BLOCKS = 2 };

typedef struct fan_h5_producer {
    hid_t dataset, properties, wire;
    size_t wire_size;
    fan_h5_consumer *own; /**< NULL: the root wants no elements, or its end has failed */
    fan_h5_errors *errors;
    fan_h5_cut cut;
    fan_h5_block blocks[FAN_H5_BLOCKS];
    /** to find holes: a block as it was read, twice; NULL: there are none */
    unsigned char *reads[2];
    fan_h5_holes_marks marks;
    size_t used;     /**< bytes of the block that is being sent */
    MPI_Count read;  /**< bytes that have been read */
    bool may_thread; /**< another thread may read */
    fan_h5_probe *probe;
    bool threaded;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned blocks_read, blocks_sent; /**< with the lock */
    bool failed, stopped;
} fan_h5_producer;

/**
 * Prepare to read what is selected in `space`, which must stay as it is. False, with the failure
 * recorded, if it cannot.
 *
 * @param has_holes  a byte goes behind each element (holes.h)
 */
bool fan_h5_producer_begin(fan_h5_producer *producer, hid_t dataset, hid_t space, hid_t properties,
                           hid_t wire, bool has_holes, fan_h5_consumer *own, fan_h5_errors *errors);

/**
 * A fanout_source_fn. One of the calls starts the thread; from then on `errors` and `own` are its
 * own until fan_h5_producer_stop.
 */
int fan_h5_producer_give(void *producer, MPI_Count offset, void *buffer, size_t bytes);

/** Wait for the thread, which reads no further. */
void fan_h5_producer_stop(fan_h5_producer *producer);

/** After fan_h5_producer_begin, also if that failed. */
void fan_h5_producer_end(fan_h5_producer *producer);

#endif
