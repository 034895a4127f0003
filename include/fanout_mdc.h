/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file fanout_mdc.h
 * Broadcast an array as descriptors, any subset of which is a usable picture of the whole (multiple
 * description coding).
 *
 * Each axis i has a factor k_i: the element at x belongs to the descriptor with the residues x_i
 * mod k_i. The number of descriptors, k, is the product of all k_i. Each descriptor is the whole
 * field at 1/k of its resolution. Descriptors are numbered by their residues in row-major order.
 * Together they are the array, bit by bit: nothing is encoded or added.
 */
#ifndef FANOUT_MDC_H
#define FANOUT_MDC_H

#include "fanout.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How an array is cut. Equal on all ranks. */
typedef struct fanout_mdc {
    int axes; /**< 1 to 32 */
    /** [axes] elements along each axis; the last axis is contiguous in memory */
    const MPI_Count *extent;
    const int *factor;    /**< [axes] at least 1 */
    size_t element_bytes; /**< of an element */
} fanout_mdc;

/**
 * The number of descriptors: the product of the factors; 0 if `mdc` is invalid. Local, thread-safe.
 */
FANOUT_EXPORT MPI_Count fanout_mdc_count(const fanout_mdc *mdc);

/**
 * Called on every rank when a descriptor is complete, by the thread that called fanout_mdc_bcast,
 * in the order of the descriptors' numbers. A long calculation here delays the descriptors that
 * follow. As a sink it must not call functions of fanout.h.
 *
 * @param state       as given to fanout_mdc_bcast
 * @param descriptor  its number; it and all before it are in the array
 * @return 0, or anything else to stop delivery on this rank, as for fanout_sink_fn
 */
typedef int fanout_mdc_fn(void *state, MPI_Count descriptor);

/**
 * Broadcast an array, one descriptor after the other: after about 1/k of the time each rank has a
 * usable picture, and each further descriptor improves it. Each descriptor is sent as a part of one
 * stream, by fanout_stream. Collective, blocking.
 *
 * With the key fanout_mdc_order in `info`, or FANOUT_MDC_ORDER in the environment, set to "spread"
 * (the default is "sequence"), the root sends a different descriptor to each member of a group, all
 * at the same time, and each member passes its own on, to the others of its group and to the next
 * group, while it still receives it. Members are nodes if ranks of a node share memory. All
 * descriptors are complete only near the end, so this is not for early pictures.
 * - With k members or more, groups have k members with one descriptor each.
 * - With fewer, each has several whose numbers follow each other. Groups may then be smaller than
 *   they could be, so that nobody is to send more than it receives: 7 members and 8 descriptors
 *   make groups of 4 with two each.
 * - If groups are larger than k (only if fanout_group_size says so, or k is 1), a descriptor is cut
 *   further, and several members have a part of it each.
 *
 * On one node, or between two, the orders are the same.
 *
 * @param array      on the root the data, elsewhere room for it; elements of descriptors that are
 *                   not complete are either untouched or the root's
 * @param mdc        equal on all ranks
 * @param completed  called for each complete descriptor, or NULL
 * @param state      passed to `completed`
 * @param root       rank that has the data
 * @param comm       an intracommunicator
 * @param info       parameters, or MPI_INFO_NULL; rank 0's values apply to every rank
 * @return MPI_SUCCESS; an error code of class FANOUT_ERR_SINK on ranks that stopped delivery;
 *         MPI_ERR_ARG if `mdc` is invalid; MPI_ERR_NO_MEM, on all ranks, if one has no memory for
 *         16 bytes for each descriptor; or as fanout_stream
 */
FANOUT_EXPORT int fanout_mdc_bcast(void *array, const fanout_mdc *mdc, fanout_mdc_fn *completed,
                                   void *state, int root, MPI_Comm comm, MPI_Info info);

/**
 * Fill in the elements of missing descriptors from those that are present. MPI_FLOAT and
 * MPI_DOUBLE: linear interpolation along axes with elements on both sides, otherwise a mean
 * weighted by the inverse square of the distance. Other types: the nearest element. NaN and fill
 * values are never averaged. Local, thread-safe.
 *
 * @param present     [fanout_mdc_count] nonzero for descriptors whose elements are in `array`
 * @param type        of the elements
 * @param fill_value  one element that means "no value here", or NULL
 * @return MPI_SUCCESS, MPI_ERR_ARG (`mdc` is invalid, or nothing is present), MPI_ERR_TYPE (the
 *         size of `type` is not element_bytes) or MPI_ERR_NO_MEM; no error handler is called
 */
FANOUT_EXPORT int fanout_mdc_fill(void *array, const fanout_mdc *mdc, const int *present,
                                  MPI_Datatype type, const void *fill_value);

#ifdef __cplusplus
}
#endif

#endif
