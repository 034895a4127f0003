/* SPDX-License-Identifier: BSD-3-Clause */
/** @file request.h  What the root asks for, as it travels to all ranks. */
#ifndef FAN_COPY_LIBRARY_REQUEST_H
#define FAN_COPY_LIBRARY_REQUEST_H

#include "copy/library/call.h"
#include "copy/library/keys.h"
#include "copy/options/options.h"

#include <mpi.h>
#include <stdbool.h>

typedef struct fan_copylib_request {
    char *text;   /**< source, destination, keys and values, each with a NUL behind it */
    char *source; /**< in `text` */
    fan_copy_options options;
} fan_copylib_request;

/**
 * The arguments of the root become those of all ranks. What is wrong with them is a failure of the
 * call. Collective. False if that is certain already, on all ranks.
 */
bool fan_copylib_request_share(fan_copylib_request *request, fan_copylib_call *call,
                               fan_copylib_what what, const char *source, const char *destination,
                               MPI_Info info);

/** Release what it holds. */
void fan_copylib_request_free(fan_copylib_request *request);

#endif
