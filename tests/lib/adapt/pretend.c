/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Loaded with LD_PRELOAD, so that what is measured does not depend on how busy the machine is.
 *
 * FANOUT_TEST_PRETEND_TICK=SECONDS  each look at the clock is so much later than the one before
 * FANOUT_TEST_PRETEND_HOST=NAME     on which host all ranks are
 */
#include "config.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

double MPI_Wtime(void)
{
    static double now;
    const char *tick = getenv("FANOUT_TEST_PRETEND_TICK");
    if (tick == NULL)
        return PMPI_Wtime();
    return now += atof(tick);
}

int MPI_Get_processor_name(char *name, int *length)
{
    const char *host = getenv("FANOUT_TEST_PRETEND_HOST");
    if (host == NULL)
        return PMPI_Get_processor_name(name, length);
    *length = snprintf(name, MPI_MAX_PROCESSOR_NAME, "%s", host);
    return MPI_SUCCESS;
}
