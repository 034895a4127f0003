/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file silence.h  A process that is dead, stopped or cut off ends the job, and is named: whatever
 * the others wait for in MPI, which may be for ever.
 */
#ifndef FAN_COPY_SILENCE_SILENCE_H
#define FAN_COPY_SILENCE_SILENCE_H

/**
 * From now on a process that has been silent for `limit` seconds ends the job: each of the others
 * removes what it has that is not whole, one says who is silent. Collective over MPI_COMM_WORLD.
 */
void fan_copy_silence_begin(double limit);

/**
 * All has been told: if MPI_Finalize, which comes next, has not ended after `limit` seconds, this
 * process ends with `status` all the same. Local.
 */
void fan_copy_silence_end(double limit, int status);

#endif
