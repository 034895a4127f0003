/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/ranks.h"

#include "base/hostlist.h"
#include "copy/job/memory.h"
#include "copy/job/outcome.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/param.h>
#include <time.h>
#include <unistd.h>

static bool runs_on(const char *host)
{
    char name[FAN_COPY_HOST] = "";
    return gethostname(name, sizeof name - 1) == 0 && fan_hostname_same(name, host);
}

static int find_default(const fan_copy_ranks *ranks, const fan_copy_ranks_options *options)
{
    const char *host = options->source_host;
    if (host == NULL)
        return options->root;
    int candidate = runs_on(host) ? ranks->job_rank : INT_MAX;
    MPI_Allreduce(MPI_IN_PLACE, &candidate, 1, MPI_INT, MPI_MIN, ranks->job);
    return candidate == INT_MAX ? -1 : candidate;
}

/* ---- who reads ---- */

/* The first rank on the host that each source names; INT_MAX: none. */
static void find_named(const fan_copy_ranks_options *options, int job_rank, int *named)
{
    char host[FAN_COPY_HOST];
    const char *path;
    bool any = false;
    for (int i = 0; i < options->source_count; i++) {
        bool names =
            !options->plain && fan_hostname_split(options->sources[i], host, sizeof host, &path);
        named[i] = names && runs_on(host) ? job_rank : INT_MAX;
        any |= names;
    }
    if (any)
        MPI_Allreduce(MPI_IN_PLACE, named, options->source_count, MPI_INT, MPI_MIN, options->job);
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

/* In the job. */
static void find_readers(fan_copy_ranks *ranks, const fan_copy_ranks_options *options)
{
    size_t count = (size_t)options->source_count;
    int *named = fan_copy_allocate(count, sizeof *named);
    ranks->readers = ranks->job_readers = fan_copy_allocate(count, sizeof *ranks->job_readers);
    ranks->read_by = fan_copy_allocate(count, sizeof *ranks->read_by);
    ranks->located = fan_copy_allocate(count, sizeof *ranks->located);
    ranks->sees = fan_copy_allocate(count, sizeof *ranks->sees);
    find_named(options, ranks->job_rank, named);
    for (size_t i = 0; i < count; i++) {
        ranks->located[i] = named[i] != INT_MAX;
        ranks->read_by[i] = add_reader(ranks, ranks->located[i] ? named[i] : ranks->default_source);
    }
    free(named);
    ranks->source = ranks->readers[0];
    ranks->reader = -1;
    for (int i = 0; i < ranks->reader_count; i++) {
        if (ranks->readers[i] == ranks->job_rank)
            ranks->reader = i;
        if (ranks->readers[i] < 0) /* nobody is on the host of those that name none */
            ranks->source = -1;
    }
}

/* ---- who writes ---- */

/* Where a death has made a call fail, Open MPI 5 leaves a communicator that cannot be used. */
static bool is_made(int code, MPI_Comm *comm)
{
    if (code != MPI_SUCCESS)
        *comm = MPI_COMM_NULL;
    return *comm != MPI_COMM_NULL;
}

/* The rank of this node that writes for it: a reader, if there is one. */
static int find_leader(fan_copy_ranks *ranks)
{
    int leader = ranks->job_rank;
    int code =
        MPI_Comm_split_type(ranks->job, MPI_COMM_TYPE_SHARED,
                            ranks->reader >= 0 ? -1 : ranks->job_rank, MPI_INFO_NULL, &ranks->node);
    if (is_made(code, &ranks->node))
        MPI_Bcast(&leader, 1, MPI_INT, 0, ranks->node);
    return leader;
}

static void make_writers(fan_copy_ranks *ranks, bool writes)
{
    bool is_source = ranks->job_rank == ranks->source;
    int code = MPI_Comm_split(ranks->job, writes ? 0 : MPI_UNDEFINED,
                              is_source ? -1 : ranks->job_rank, &ranks->writers);
    if (!is_made(code, &ranks->writers))
        return;
    MPI_Comm_rank(ranks->writers, &ranks->rank);
    MPI_Comm_size(ranks->writers, &ranks->size);
}

void fan_copy_ranks_translate(MPI_Comm from, int count, const int *ranks, MPI_Comm to, int *there)
{
    MPI_Group here, other;
    MPI_Comm_group(from, &here);
    MPI_Comm_group(to, &other);
    MPI_Group_translate_ranks(here, count, ranks, other, there);
    MPI_Group_free(&here);
    MPI_Group_free(&other);
}

/* The readers, from now on by their ranks in `writers`. */
static void translate_readers(fan_copy_ranks *ranks)
{
    ranks->readers = fan_copy_allocate((size_t)ranks->reader_count, sizeof *ranks->readers);
    fan_copy_ranks_translate(ranks->job, ranks->reader_count, ranks->job_readers, ranks->writers,
                             ranks->readers);
}

void fan_copy_ranks_open(fan_copy_ranks *ranks, const fan_copy_ranks_options *options)
{
    *ranks = (fan_copy_ranks){.job = options->job,
                              .writers = MPI_COMM_NULL,
                              .stream = MPI_COMM_NULL,
                              .node = MPI_COMM_NULL,
                              .source = -1};
    MPI_Comm_rank(ranks->job, &ranks->job_rank);
    ranks->number = ranks->job_rank;
    ranks->default_source = find_default(ranks, options);
    find_readers(ranks, options);
    if (ranks->source < 0)
        return;
    int leader = find_leader(ranks);
    for (int i = 0; i < options->source_count; i++)
        ranks->sees[i] = !options->orphans && ranks->readers[ranks->read_by[i]] == leader;

    if (options->per_rank && ranks->node != MPI_COMM_NULL)
        MPI_Comm_free(&ranks->node);
    make_writers(ranks, options->per_rank || leader == ranks->job_rank || ranks->reader >= 0);
    if (ranks->writers != MPI_COMM_NULL)
        translate_readers(ranks);
}

void fan_copy_ranks_open_stream(fan_copy_ranks *ranks)
{
    if (is_made(MPI_Comm_dup(ranks->writers, &ranks->stream), &ranks->stream))
        MPI_Comm_set_errhandler(ranks->stream, MPI_ERRORS_RETURN);
}

void fan_copy_ranks_leave(fan_copy_ranks *ranks)
{
    if (ranks->readers != ranks->job_readers)
        free(ranks->readers);
    free(ranks->job_readers);
    free(ranks->read_by);
    free(ranks->located);
    free(ranks->sees);
}

void fan_copy_ranks_close(fan_copy_ranks *ranks)
{
    fan_copy_ranks_leave(ranks);
    if (ranks->node != MPI_COMM_NULL)
        MPI_Comm_free(&ranks->node);
    if (ranks->stream != MPI_COMM_NULL)
        MPI_Comm_free(&ranks->stream);
    if (ranks->writers != MPI_COMM_NULL)
        MPI_Comm_free(&ranks->writers);
}

/* Pauses grow with the time that one has waited: who passes it on must not be late for others. */
static void spread(void *data, size_t bytes, MPI_Comm comm)
{
    enum { SHORTEST = 50 * 1000, LONGEST = 10 * 1000 * 1000 }; /* ns */
    struct timespec pause = {.tv_nsec = SHORTEST};
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Ibcast(data, (int)bytes, MPI_BYTE, 0, comm, &request);
    int done = 0;
    for (MPI_Test(&request, &done, MPI_STATUS_IGNORE); !done;
         MPI_Test(&request, &done, MPI_STATUS_IGNORE)) {
        nanosleep(&pause, NULL);
        pause.tv_nsec = MIN(pause.tv_nsec + pause.tv_nsec / 8, LONGEST);
    }
}

void fan_copy_ranks_tell(const fan_copy_ranks *ranks, bool talk, void *data, size_t bytes)
{
    if (talk && ranks->writers != MPI_COMM_NULL)
        spread(data, bytes, ranks->writers);
    if (ranks->node != MPI_COMM_NULL)
        spread(data, bytes, ranks->node);
}

int fan_copy_ranks_agree(const fan_copy_ranks *ranks, int status)
{
    fan_copy_ranks_tell(ranks, true, &status, sizeof status);
    return status;
}
