/* SPDX-License-Identifier: BSD-3-Clause */
/** @file mpi_transport.h  Messages by MPI_Isend and MPI_Irecv on a private communicator. */
#ifndef FAN_ENGINE_MPI_TRANSPORT_H
#define FAN_ENGINE_MPI_TRANSPORT_H

#include "base/status.h"
#include "engine/transport.h"

#include <mpi.h>

typedef struct fan_mpi_transport {
    MPI_Comm comm;    /**< its error handler returns */
    bool synchronous; /**< a send ends only when it is being received: keeps a fast sender from flooding a slow rank */
    int slots;
    MPI_Request *requests; /**< [slots] */
    int *indices;          /**< [slots] */
    MPI_Status *statuses;  /**< [slots] */
    int mpi_error;         /**< of the call that failed, MPI_SUCCESS before */
} fan_mpi_transport;

/** Make a transport with `slots` free slots. */
fan_status fan_mpi_transport_init(fan_mpi_transport *transport, MPI_Comm comm, int slots, bool synchronous);

/** The interface that the engine calls. */
fan_transport fan_mpi_transport_interface(fan_mpi_transport *transport);

/** Give up what is still in progress (only after a failure) and release the memory. */
void fan_mpi_transport_free(fan_mpi_transport *transport);

#endif
