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
 * Broadcast an array, and return at a deadline with what has come by then: a rank that is dead,
 * stopped or too slow costs the others the descriptors that it would have passed on, and no time.
 * Collective; each rank returns `seconds` after it has called at the latest, and takes part until
 * it has all, and has passed it on.
 *
 * With fanout_mdc_order "spread" (see fanout_mdc_bcast; here members are always ranks) each member
 * of a group passes on a descriptor, so k - 1 of k descriptors come whoever is missing in a group
 * of k. Of ranks that only it sends to, in groups behind it, that holds as well. With "sequence"
 * each member has a part of every descriptor: present are those that were complete before. If the
 * root is late, all may be missing.
 *
 * So it is with a rank that has died, where MPI lets the others live (ULFM): this call and later
 * ones return with what comes without it, at once where nothing more can come, whatever `seconds`
 * says. Other functions of fanout.h fail on such a communicator, and that ends this one with what
 * it has on ranks that are still in it. A death in the first use of a communicator is an error.
 *
 * Nothing is agreed on, so there is no MPI_Info: the parameters are the communicator's
 * (fanout_comm_attach). The first use of a communicator waits for all ranks in any case, whatever
 * `seconds` says; fanout_comm_attach does that beforehand. A rank that is late takes part in its
 * own time, for `seconds` at most, and less if those that it waits for have gone on to a later call
 * of this function. What then still comes is dropped: it is in memory of the library's own, and
 * never in a later broadcast or in `array` after the call. MPI_Comm_free and MPI_Finalize wait for
 * it for at most a second. The parameters `check` and `timeout` and FANOUT_TRACE have no effect.
 *
 * @param array    on the root the data, elsewhere room for it; elements of descriptors that are
 *                 missing are either untouched or the root's
 * @param mdc      equal on all ranks
 * @param seconds  from the call, on this rank; at least 0. INFINITY: no deadline
 * @param present  [fanout_mdc_count] receives for each descriptor 1 if all of it is in `array`, as
 *                 on the root, else 0: for fanout_mdc_fill
 * @param root     rank that has the data
 * @param comm     an intracommunicator
 * @return MPI_SUCCESS, also if descriptors are missing; on this rank alone MPI_ERR_ARG if `mdc` is
 *         invalid, an error of class FANOUT_ERR_PARAM if `seconds` or `present` is, MPI_ERR_NO_MEM,
 *         or MPI_ERR_TRUNCATE if ranks gave different arrays or roots; or as fanout_comm_attach
 */
FANOUT_EXPORT int fanout_mdc_bcast_within(void *array, const fanout_mdc *mdc, double seconds,
                                          int *present, int root, MPI_Comm comm);

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
