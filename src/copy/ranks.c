/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/ranks.h"

#include <time.h>

void fan_copy_ranks_open(fan_copy_ranks *ranks, bool per_rank)
{
    *ranks = (fan_copy_ranks){.writers = MPI_COMM_NULL, .stream = MPI_COMM_NULL};
    MPI_Comm_rank(MPI_COMM_WORLD, &ranks->world_rank);

    MPI_Comm node;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, ranks->world_rank, MPI_INFO_NULL,
                        &node);
    int leader = ranks->world_rank;
    MPI_Bcast(&leader, 1, MPI_INT, 0, node);
    MPI_Comm_free(&node);
    ranks->on_source_node = leader == 0;

    bool writes = per_rank || leader == ranks->world_rank;
    MPI_Comm_split(MPI_COMM_WORLD, writes ? 0 : MPI_UNDEFINED, ranks->world_rank, &ranks->writers);
    if (!writes)
        return;
    MPI_Comm_rank(ranks->writers, &ranks->rank);
    MPI_Comm_size(ranks->writers, &ranks->size);
    MPI_Comm_dup(ranks->writers, &ranks->stream);
    MPI_Comm_set_errhandler(ranks->stream, MPI_ERRORS_RETURN);
}

void fan_copy_ranks_close(fan_copy_ranks *ranks)
{
    if (ranks->writers == MPI_COMM_NULL)
        return;
    MPI_Comm_free(&ranks->stream);
    MPI_Comm_free(&ranks->writers);
}

int fan_copy_ranks_agree(int status)
{
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    MPI_Request request;
    MPI_Ibcast(&status, 1, MPI_INT, 0, MPI_COMM_WORLD, &request);
    int done = 0;
    for (MPI_Test(&request, &done, MPI_STATUS_IGNORE); !done;
         MPI_Test(&request, &done, MPI_STATUS_IGNORE))
        nanosleep(&pause, NULL);
    return status;
}
