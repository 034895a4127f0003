/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file silence.h  A process that is dead, stopped or cut off ends the job, and is named: whatever
 * the others wait for in MPI, which may be for ever.
 */
#ifndef FAN_COPY_SILENCE_SILENCE_H
#define FAN_COPY_SILENCE_SILENCE_H

#include <mpi.h>

/**
 * From now on a process that has been silent for `limit` seconds ends the job: each of the
 * others removes what it has that is not whole, one says who is silent. But not where MPI knows
 * that it has died, and the others can go on. Collective over `job`.
 */
void fan_copy_silence_begin(MPI_Comm job, double limit);

/** No longer, until the next call of the above. Local. */
void fan_copy_silence_pause(void);

/**
 * All has been told: if MPI_Finalize, which comes next, has not ended after `limit` seconds, this
 * process ends with `status` all the same. Local.
 */
void fan_copy_silence_end(double limit, int status);

#endif
