/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file mpi_transport.h  Messages by MPI_Issend or MPI_Isend and MPI_Irecv, on a private
 * communicator.
 *
 * Where links are the limit, sends are to be synchronous: one ends only when it is being received.
 * So the engine's cap on sends in progress bounds what is really under way. An eager send ends as
 * soon as it is in a buffer; then all that a node has goes into its sockets at once, they share its
 * link, nothing arrives early, and the pipeline collapses (measured over TCP on nine hosts, groups
 * of 8, 1 MiB: 1.34 times the limit, with synchronous sends 1.04). Where processors are the limit,
 * the answer to each message only costs time (nine hosts on two processors, links without a limit:
 * 64 KiB 0.88 ms, with eager sends 0.66; 16 MiB 44.8 and 40.4 ms).
 *
 * Receives of a tag end in the order of posting, so only the oldest of each tag and the sends in
 * progress are looked at: the work per message does not depend on the window.
 */
#ifndef FAN_ENGINE_MPI_MPI_TRANSPORT_H
#define FAN_ENGINE_MPI_MPI_TRANSPORT_H

#include "base/status.h"
#include "engine/transport.h"

#include <mpi.h>

typedef struct fan_mpi_transport {
    MPI_Comm comm; /**< its error handler returns */
    int receives;  /**< slots */
    int sends;
    int tags;
    int first_tag;        /**< what MPI gets for tag 0 */
    MPI_Request *watched; /**< [tags + sends] the oldest receive of each tag; the sends */
    MPI_Request *behind;  /**< [receives] those that are not the oldest of their tag, by slot */
    /** [receives] the slot of the receive of the same tag that was posted next, or -1 */
    int *next;
    int *oldest, *newest; /**< [tags] slots of receives in progress, or -1 */
    int *indices;         /**< [tags + sends] */
    MPI_Status *statuses; /**< [tags + sends] */
} fan_mpi_transport;

/**
 * Make a transport with free slots: `receives` of them for receives, then `sends`. Tags are below
 * `tags`, and MPI gets them plus `first_tag`.
 */
fan_status fan_mpi_transport_init(fan_mpi_transport *transport, MPI_Comm comm, int receives,
                                  int sends, int first_tag, int tags);

/** The interface that the engine calls. */
fan_transport fan_mpi_transport_interface(fan_mpi_transport *transport);

/**
 * Give up what is still in progress (only after a failure) and release the memory.
 *
 * @return whether all of it has ended. If not, MPI may still touch the buffers: they must stay
 */
bool fan_mpi_transport_free(fan_mpi_transport *transport);

#endif
