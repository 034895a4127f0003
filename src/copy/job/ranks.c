/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/ranks.h"

#include "base/hostlist.h"
#include "copy/job/memory.h"
#include "copy/job/outcome.h"

#include <limits.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static bool runs_on(const char *host)
{
    char name[FAN_COPY_HOST] = "";
    return gethostname(name, sizeof name - 1) == 0 && fan_hostname_same(name, host);
}

static int find_default(int world_rank, const char *host)
{
    int candidate = host == NULL ? 0 : runs_on(host) ? world_rank : INT_MAX;
    MPI_Allreduce(MPI_IN_PLACE, &candidate, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    return candidate == INT_MAX ? -1 : candidate;
}

/* ---- who reads ---- */

/* The first rank on the host that each source names; INT_MAX: none. */
static void find_named(const fan_copy_ranks_options *options, int world_rank, int *ranks)
{
    char host[FAN_COPY_HOST];
    const char *path;
    bool any = false;
    for (int i = 0; i < options->source_count; i++) {
        bool names = fan_hostname_split(options->sources[i], host, sizeof host, &path);
        ranks[i] = names && runs_on(host) ? world_rank : INT_MAX;
        any |= names;
    }
    if (any)
        MPI_Allreduce(MPI_IN_PLACE, ranks, options->source_count, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
}

/* The place of `rank` among the readers, where it is put if it is not there. */
static int add_reader(fan_copy_ranks *ranks, int rank)
{
    for (int i = 0; i < ranks->reader_count; i++)
        if (ranks->readers[i] == rank)
            return i;
    ranks->readers[ranks->reader_count] = rank;
    return ranks->reader_count++;
}

/* In MPI_COMM_WORLD. */
static void find_readers(fan_copy_ranks *ranks, const fan_copy_ranks_options *options)
{
    size_t count = (size_t)options->source_count;
    int *named = fan_copy_allocate(count, sizeof *named);
    ranks->readers = fan_copy_allocate(count, sizeof *ranks->readers);
    ranks->read_by = fan_copy_allocate(count, sizeof *ranks->read_by);
    ranks->located = fan_copy_allocate(count, sizeof *ranks->located);
    ranks->sees = fan_copy_allocate(count, sizeof *ranks->sees);
    find_named(options, ranks->world_rank, named);
    for (size_t i = 0; i < count; i++) {
        ranks->located[i] = named[i] != INT_MAX;
        ranks->read_by[i] = add_reader(ranks, ranks->located[i] ? named[i] : ranks->default_source);
    }
    free(named);
    ranks->source = ranks->readers[0];
    ranks->reader = -1;
    for (int i = 0; i < ranks->reader_count; i++) {
        if (ranks->readers[i] == ranks->world_rank)
            ranks->reader = i;
        if (ranks->readers[i] < 0) /* nobody is on the host of those that name none */
            ranks->source = -1;
    }
}

/* ---- who writes ---- */

/* The rank of this node that writes for it: a reader, if there is one. */
static int find_leader(const fan_copy_ranks *ranks)
{
    MPI_Comm node;
    int leader = ranks->world_rank;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED,
                        ranks->reader >= 0 ? -1 : ranks->world_rank, MPI_INFO_NULL, &node);
    MPI_Bcast(&leader, 1, MPI_INT, 0, node);
    MPI_Comm_free(&node);
    return leader;
}

/* The readers, from now on by their ranks in `writers`. */
static void translate(fan_copy_ranks *ranks)
{
    MPI_Group world, writers;
    int *there = fan_copy_allocate((size_t)ranks->reader_count, sizeof *there);
    MPI_Comm_group(MPI_COMM_WORLD, &world);
    MPI_Comm_group(ranks->writers, &writers);
    MPI_Group_translate_ranks(world, ranks->reader_count, ranks->readers, writers, there);
    MPI_Group_free(&writers);
    MPI_Group_free(&world);
    free(ranks->readers);
    ranks->readers = there;
}

void fan_copy_ranks_open(fan_copy_ranks *ranks, const fan_copy_ranks_options *options)
{
    *ranks = (fan_copy_ranks){.writers = MPI_COMM_NULL, .stream = MPI_COMM_NULL, .source = -1};
    MPI_Comm_rank(MPI_COMM_WORLD, &ranks->world_rank);
    ranks->default_source = find_default(ranks->world_rank, options->source_host);
    find_readers(ranks, options);
    if (ranks->source < 0)
        return;
    int leader = find_leader(ranks);
    for (int i = 0; i < options->source_count; i++)
        ranks->sees[i] = ranks->readers[ranks->read_by[i]] == leader;

    bool writes = options->per_rank || leader == ranks->world_rank || ranks->reader >= 0;
    bool is_source = ranks->world_rank == ranks->source;
    MPI_Comm_split(MPI_COMM_WORLD, writes ? 0 : MPI_UNDEFINED, is_source ? -1 : ranks->world_rank,
                   &ranks->writers);
    if (!writes)
        return;
    MPI_Comm_rank(ranks->writers, &ranks->rank);
    MPI_Comm_size(ranks->writers, &ranks->size);
    translate(ranks);
    MPI_Comm_dup(ranks->writers, &ranks->stream);
    MPI_Comm_set_errhandler(ranks->stream, MPI_ERRORS_RETURN);
}

void fan_copy_ranks_close(fan_copy_ranks *ranks)
{
    free(ranks->readers);
    free(ranks->read_by);
    free(ranks->located);
    free(ranks->sees);
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
