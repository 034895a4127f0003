/* SPDX-License-Identifier: BSD-3-Clause */
/** @file streams.h  Standard input, output and error. */
#ifndef FAN_COPY_JOB_STREAMS_H
#define FAN_COPY_JOB_STREAMS_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Occupy those that are closed, so that nothing else gets their numbers; to use them still fails
 * with EBADF. To be called before anything is opened.
 */
void fan_copy_streams_open(void);

/**
 * For a rank that has no use for it: read standard input away, in a thread. A launcher that passes
 * it on to all ranks, as srun does, gives nobody anything after 1 MiB that one of them does not
 * read, or if one has closed it.
 */
void fan_copy_streams_drain_input(void);

/**
 * For the rank that reads standard input: make PATH be that, if there is one. A FIFO whose writer
 * has not come yet is not waited for. Nothing is accepted that may have come by way of a launcher
 * which changes it, unless `checked`.
 *
 * @param path     of --stdin-from, or NULL
 * @param checked  what comes is compared with a known sum
 * @param wrong    [out] why not, and what to do
 */
bool fan_copy_streams_take_input(const char *path, bool checked, char *wrong, size_t size);

/**
 * Whether the pipe that is standard input is still held by the process whose descriptor `path` is.
 * At the end of the input: if not, that process has died, and the data may have more.
 */
bool fan_copy_streams_input_is_held(const char *path);

#endif
