/* SPDX-License-Identifier: BSD-3-Clause */
/** @file death.h  Who has died: see comm/ulfm/ulfm.h. All functions are local and thread-safe. */
#ifndef FAN_LIB_STATE_DEATH_H
#define FAN_LIB_STATE_DEATH_H

#include "base/status.h"
#include "engine/stall.h"

#include <mpi.h>
#include <stdint.h>

/** Keep where the ranks of `comm` are: when one has died, nobody can ask it. */
void fan_death_know_hosts(MPI_Comm comm, const fan_host_name *hosts);

/** FAN_ERR_DIED if a rank of `comm` has died, as far as this process knows. */
fan_status fan_death_look(MPI_Comm comm);

/**
 * After a death has ended messages on the private communicator `comm`: let others who wait for this
 * rank go, too, and MPI come to its end with the buffers.
 */
void fan_death_settle(MPI_Comm comm);

/**
 * The status of a call on the private communicator `comm`: FAN_ERR_DIED if it failed because of a
 * death. Then others who wait for this rank are let go, too.
 */
fan_status fan_death_recognise(MPI_Comm comm, fan_status status);

/**
 * Record that ranks of `comm` have died, and which. Waits up to a second until this is known here:
 * a rank may hear first that others have given up. Returns FAN_ERR_DIED.
 */
fan_status fan_death_name(MPI_Comm comm);

/**
 * Record that ranks of `comm` have died, all but those of `survivors`, and with them `lost` bytes
 * of `bytes` of a broadcast. The text is the same on all ranks. Returns FAN_ERR_LOST.
 */
fan_status fan_death_name_loss(MPI_Comm comm, MPI_Comm survivors, int64_t lost, int64_t bytes);

#endif
