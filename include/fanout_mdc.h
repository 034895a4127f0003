/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file fanout_mdc.h
 * Broadcast an array as descriptions of which any subset is a usable picture of the whole (multiple
 * description coding).
 *
 * Along axis i the array is cut with a factor k_i: the element at x belongs to the descriptor with
 * the residues x_i mod k_i. There are k = product of the k_i descriptors, each the whole field at a
 * k-th of its resolution; descriptor numbers are the residues in row-major order. Together they are
 * the array, bit by bit: nothing is coded, and nothing is added.
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
    const MPI_Count
        *extent;          /**< [axes] elements along each axis; the last is contiguous in memory */
    const int *factor;    /**< [axes] at least 1 */
    size_t element_bytes; /**< of an element */
} fanout_mdc;

/**
 * How many descriptors there are: the product of the factors. Local, thread-safe. 0 if `mdc` is
 * wrong.
 */
FANOUT_EXPORT MPI_Count fanout_mdc_count(const fanout_mdc *mdc);

/**
 * Told on every rank that a descriptor is complete, by the thread that called fanout_mdc_bcast.
 * Descriptors complete in the order of their numbers. Meanwhile the next ones travel, as far as
 * there is room on the way: long work belongs elsewhere.
 *
 * @param descriptor  its number; all up to it are in the array
 * @return 0, or anything else to stop delivery on this rank, as for fanout_sink_fn
 */
typedef int fanout_mdc_fn(void *state, MPI_Count descriptor);

/**
 * Broadcast an array, one descriptor after the other. So each rank has one, a usable picture, after
 * about a k-th of the time, and a better one with each that follows. Each is sent by the group
 * algorithm: parts of it to different ranks, which exchange them. Collective, blocking.
 *
 * @param array      the data on the root, room for it elsewhere; elements of descriptors that are
 *                   not complete are not touched, or already the root's
 * @param completed  or NULL
 * @param state      handed to it
 * @param info       parameters (rank 0's count), or MPI_INFO_NULL
 * @return MPI_SUCCESS; an error code of class FANOUT_ERR_SINK on ranks that stopped delivery;
 *         MPI_ERR_ARG if `mdc` is wrong; or as fanout_stream
 */
FANOUT_EXPORT int fanout_mdc_bcast(void *array, const fanout_mdc *mdc, fanout_mdc_fn *completed,
                                   void *state, int root, MPI_Comm comm, MPI_Info info);

/**
 * Fill the elements of missing descriptors by interpolation from those that are present: for
 * MPI_FLOAT and MPI_DOUBLE linear along the axes where elements at both sides are there, else
 * weighted with the inverse square of the distance; for other types the nearest element. NaN and
 * fill values are never averaged. Local, thread-safe.
 *
 * @param present     [fanout_mdc_count] nonzero for descriptors whose elements are in `array`
 * @param type        of the elements
 * @param fill_value  one element that means "no value here", or NULL
 * @return MPI_SUCCESS, MPI_ERR_ARG (`mdc` is wrong, or nothing is present), MPI_ERR_TYPE (its size
 *         is not element_bytes) or MPI_ERR_NO_MEM; no error handler is called
 */
FANOUT_EXPORT int fanout_mdc_fill(void *array, const fanout_mdc *mdc, const int *present,
                                  MPI_Datatype type, const void *fill_value);

#ifdef __cplusplus
}
#endif

#endif
