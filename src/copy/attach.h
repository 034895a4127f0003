/* SPDX-License-Identifier: BSD-3-Clause */
/** @file attach.h  The parameters of libfanout for a copy. */
#ifndef FAN_COPY_ATTACH_H
#define FAN_COPY_ATTACH_H

#include "copy/options/options.h"

#include <mpi.h>

/**
 * Attach them to `stream`. A wrong FANOUT_ variable is known here, on all ranks alike, before
 * anything is written. Collective.
 *
 * @param text  [MPI_MAX_ERROR_STRING]: why it fails
 * @return false if it does
 */
bool fan_copy_attach(const fan_copy_options *options, MPI_Comm stream, char *text);

#endif
