/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "launch/alone.h"

#include "launch/claim.h"

#include <mpi.h>
#include <stdio.h>
#include <string.h>

/* Asked at run time: a program for the standard ABI of MPI 5 runs with either library. */
static const char *own_size(void)
{
    char version[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;
    PMPI_Get_library_version(version, &length);
    return strncmp(version, "Open MPI", 8) == 0 ? "OMPI_COMM_WORLD_SIZE" : "PMI_SIZE";
}

/* A process that MPI_Comm_spawn has started has the environment of its parents. */
static bool is_spawned(void)
{
    MPI_Comm parent;
    PMPI_Comm_get_parent(&parent);
    return parent != MPI_COMM_NULL;
}

bool fan_launch_alone_by_mistake(char *text, size_t size)
{
    int ranks;
    fan_launch_claim claim;
    PMPI_Comm_size(MPI_COMM_WORLD, &ranks);
    if (ranks > 1 || is_spawned() || !fan_launch_claims_several(own_size(), &claim))
        return false;
    text[0] = '\0';
    if (claim.first)
        snprintf(text, size,
                 "%s=%s in the environment says that this is one of several processes, but MPI "
                 "knows of no other: this launcher is not that of the MPI library which "
                 "fanout-info names. Start it by that library's mpirun, or by srun --mpi=pmix. If "
                 "a single process is meant, unset %s",
                 claim.variable, claim.value, claim.variable);
    return true;
}

bool fan_launch_refuses(const char *program)
{
    char text[512];
    if (!fan_launch_alone_by_mistake(text, sizeof text))
        return false;
    if (text[0] != '\0')
        fprintf(stderr, "%s: %s\n", program, text);
    fan_launch_let_first_speak(text[0] != '\0');
    return true;
}
