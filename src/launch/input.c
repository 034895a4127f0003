/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "launch/input.h"

#include <stdlib.h>

/*
 * PRRTE, the launcher of Open MPI 5, sends the end of a block again if the pipe to the process took
 * only its beginning (its issues 2220 and 2579): seen in 3.0.8, mended in 3.0.13 for processes on
 * mpirun's host and later for others. Its version is not in the environment, so none is trusted.
 * Reading early does not help: the pipe is full before MPI_Init returns, and before a thread runs.
 */
bool fan_launch_spoils_input(void)
{
    return getenv("PRTE_LAUNCHED") != NULL;
}
