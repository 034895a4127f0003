/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/where/launched.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* mpirun of Open MPI, mpiexec of MPICH and Intel MPI, MVAPICH2's; srun says it in another way. */
static const struct {
    const char *of_all, *of_node;
} launchers[] = {
    {"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE"},
    {"PMI_SIZE", "MPI_LOCALNRANKS"},
    {"MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_LOCAL_SIZE"},
};

static bool is_one(const char *variable)
{
    const char *text = getenv(variable);
    return text != NULL && strcmp(text, "1") == 0;
}

bool fan_whereabouts_are_one_node(void)
{
    if (getenv("FANOUT_TOPO_FILE") != NULL) /* which may name other hosts */
        return false;
    for (size_t i = 0; i < sizeof launchers / sizeof launchers[0]; i++) {
        const char *all = getenv(launchers[i].of_all), *node = getenv(launchers[i].of_node);
        if (all != NULL && node != NULL)
            return strcmp(all, node) == 0;
    }
    return is_one("SLURM_STEP_NUM_NODES");
}
