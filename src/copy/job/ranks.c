/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/ranks.h"

#include "base/hostlist.h"
#include "copy/job/outcome.h"

#include <limits.h>
#include <time.h>
#include <unistd.h>

static bool runs_on(const char *host)
{
    char name[FAN_COPY_HOST] = "";
    return gethostname(name, sizeof name - 1) == 0 && fan_hostname_same(name, host);
}

static int find_source(int world_rank, const char *host)
{
    int candidate = host == NULL ? 0 : runs_on(host) ? world_rank : INT_MAX;
    MPI_Allreduce(MPI_IN_PLACE, &candidate, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    return candidate == INT_MAX ? -1 : candidate;
}

void fan_copy_ranks_open(fan_copy_ranks *ranks, bool per_rank, const char *source_host)
{
    *ranks = (fan_copy_ranks){.writers = MPI_COMM_NULL, .stream = MPI_COMM_NULL};
    MPI_Comm_rank(MPI_COMM_WORLD, &ranks->world_rank);
    ranks->source = find_source(ranks->world_rank, source_host);
    if (ranks->source < 0)
        return;

    MPI_Comm node;
    bool is_source = ranks->world_rank == ranks->source;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, is_source ? -1 : ranks->world_rank,
                        MPI_INFO_NULL, &node);
    int leader = ranks->world_rank;
    MPI_Bcast(&leader, 1, MPI_INT, 0, node);
    MPI_Comm_free(&node);
    ranks->on_source_node = leader == ranks->source;

    bool writes = per_rank || leader == ranks->world_rank;
    MPI_Comm_split(MPI_COMM_WORLD, writes ? 0 : MPI_UNDEFINED, is_source ? -1 : ranks->world_rank,
                   &ranks->writers);
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

int fan_copy_ranks_agree(int status, int root)
{
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    MPI_Request request;
    MPI_Ibcast(&status, 1, MPI_INT, root, MPI_COMM_WORLD, &request);
    int done = 0;
    for (MPI_Test(&request, &done, MPI_STATUS_IGNORE); !done;
         MPI_Test(&request, &done, MPI_STATUS_IGNORE))
        nanosleep(&pause, NULL);
    return status;
}
