/* SPDX-License-Identifier: BSD-3-Clause */
/** @file streams.h  Standard input, output and error. */
#ifndef FAN_COPY_JOB_STREAMS_H
#define FAN_COPY_JOB_STREAMS_H

/**
 * Occupy those that are closed, so that nothing else gets their numbers; to use them still fails
 * with EBADF. To be called before anything is opened.
 */
void fan_copy_streams_open(void);

#endif
