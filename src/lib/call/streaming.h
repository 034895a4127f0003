/* SPDX-License-Identifier: BSD-3-Clause */
/** @file streaming.h  A broadcast of data that comes from a source and goes to a sink. */
#ifndef FAN_LIB_CALL_STREAMING_H
#define FAN_LIB_CALL_STREAMING_H

#include "lib/deliver/delivery.h"

/** The arguments of the call, equal on all ranks but for the store. */
typedef struct fan_streaming {
    int64_t bytes;   /**< negative is an error; or FAN_UNKNOWN_LENGTH */
    int64_t *length; /**< receives the length of a stream of unknown length, or NULL */
    int root;
    MPI_Comm comm;
    MPI_Info info;
    fan_store store;
    /** descriptors, which the parameter mdc_order may make the subfiles; NULL: there are none */
    const fan_parts *parts;
    /** memory that the caller has for it, equal on all ranks, and what that is, for a message */
    size_t caller_bytes;
    const char *caller_has;
    bool lacks_memory; /**< this rank has it not: then all fail */
} fan_streaming;

/** Check and run it. Collective, blocking. Returns an MPI code that has been raised. */
int fan_streaming_run(const fan_streaming *streaming);

/** What MPI would say of a root and a communicator; of their bytes if they are negative. Local. */
int fan_streaming_check(int64_t bytes, int root, MPI_Comm comm);

#endif
