/* SPDX-License-Identifier: BSD-3-Clause */
/** @file destination.h  This rank's copy: prepared, written in pieces, renamed when it is whole. */
#ifndef FAN_COPY_DESTINATION_H
#define FAN_COPY_DESTINATION_H

#include "copy/options.h"
#include "copy/outcome.h"
#include "copy/source.h"

#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>
#include <xxhash.h>

typedef struct fan_copy_destination {
    const fan_copy_options *options;
    fan_copy_outcome *outcome; /**< where failures are recorded; has the path */
    int fd;                    /**< of the temporary file, -1 if this rank writes nothing */
    XXH3_state_t *hash;        /**< of what was written */
    int64_t flushing;          /**< bytes that are on their way to the device */
} fan_copy_destination;

/**
 * Find the final path, create the temporary file and see whether there is room. Afterwards
 * `outcome->writes` says whether this rank will write, `error` or `note` why not. A path that is
 * the source itself is left alone and counts as whole.
 *
 * @param on_source_node  whether the header's device and inode mean the same here as on rank 0
 */
void fan_copy_destination_prepare(fan_copy_destination *destination,
                                  const fan_copy_options *options, const fan_copy_header *header,
                                  bool on_source_node, fan_copy_outcome *outcome);

/** A fanout_sink_fn in all but its state. Nonzero, with the failure recorded, if that fails. */
int fan_copy_destination_write(fan_copy_destination *destination, MPI_Count offset,
                               const void *buffer, size_t bytes);

/**
 * Compare what was written with `digest`, the source's, set mode and times, flush if the options
 * say so, and rename. Sets `outcome->whole` or records the failure.
 */
void fan_copy_destination_finish(fan_copy_destination *destination, const fan_copy_header *header,
                                 const char *digest);

/** Release what is held. A temporary file that was not renamed is removed. */
void fan_copy_destination_close(fan_copy_destination *destination);

#endif
