/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim_bench CONTENDER SIZE...: one broadcast of each size in simulated time. Started by
 * bench/simgrid/run.
 *
 * CONTENDER is
 *     limit   one MPI_Send from the root to each other rank in turn; prints the quickest and the
 *             slowest
 *     mpi     MPI_Bcast: of SMPI's broadcasts the one that --cfg=smpi/bcast names
 *     fanout  fanout_bcast, with the parameters that the environment gives
 * Rank 0 is the root and prints lines "NAME BYTES SECONDS". Exit status: 0 done, 1 failed or wrong
 * data, 2 usage.
 */
#include "config.h"

#include "fanout.h"

#include "base/units.h"
#include "tools/bench/data.h"

#include <limits.h>
#include <math.h>
#include <simgrid/actor.h>
#include <simgrid/engine.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOT = 0 };

static const double settling =
    1e-3; /* simulated seconds; longer than anything that a barrier may leave behind */

typedef struct job {
    MPI_Comm comm; /* not MPI_COMM_WORLD: SMPI's MPI_Finalize cannot delete attributes of that */
    int rank, ranks;
    unsigned char *buffer;
    int bytes;
    int peer;        /* the receiver of the limit */
    uint64_t number; /* of the data: another one in each measurement */
    bool failed;     /* on all ranks: the data of one was wrong */
} job;

typedef void transfer(const job *j);

static void send_one(const job *j)
{
    if (j->rank == ROOT)
        MPI_Send(j->buffer, j->bytes, MPI_BYTE, j->peer, 0, j->comm);
    else if (j->rank == j->peer)
        MPI_Recv(j->buffer, j->bytes, MPI_BYTE, ROOT, 0, j->comm, MPI_STATUS_IGNORE);
}

static void mpi_broadcast(const job *j)
{
    MPI_Bcast(j->buffer, j->bytes, MPI_BYTE, ROOT, j->comm);
}

static void fanout_broadcast(const job *j)
{
    fanout_bcast(j->buffer, j->bytes, MPI_BYTE, ROOT, j->comm);
}

static double max_over_ranks(const job *j, double value)
{
    double max;
    MPI_Allreduce(&value, &max, 1, MPI_DOUBLE, MPI_MAX, j->comm);
    return max;
}

/* All ranks leave at the same simulated time, which a barrier does not give. Returns that time. */
static double start_together(const job *j)
{
    double start = max_over_ranks(j, simgrid_get_clock()) + settling;
    sg_actor_sleep_until(start);
    return start;
}

/*
 * Compare the data of all ranks that `receives` is true on with the root's. (MPI_Abort would end
 * SMPI with status 0.)
 */
static void verify(job *j, bool receives, const char *name)
{
    int at = receives ? fan_bench_difference(j->buffer, j->bytes, j->number) : j->bytes;
    bool wrong = at != j->bytes;
    if (wrong)
        fprintf(stderr, "sim_bench: %s: rank %d has wrong data at byte %d of %d\n", name, j->rank,
                at, j->bytes);
    if (max_over_ranks(j, wrong) > 0)
        j->failed = true;
}

/* Seconds from the common start to the end on the last rank. */
static double measure(job *j, transfer *run, const char *name)
{
    double start = start_together(j);
    run(j);
    double end = max_over_ranks(j, simgrid_get_clock());
    verify(j, run != send_one || j->rank == j->peer, name);
    return end - start;
}

static void print(const job *j, const char *name, double seconds)
{
    if (j->rank == ROOT && !j->failed)
        printf("%s %d %.12f\n", name, j->bytes, seconds);
}

/* New data for the next measurement. */
static void renew(job *j)
{
    j->number++;
    if (j->rank == ROOT)
        fan_bench_fill(j->buffer, j->bytes, j->number);
}

static void measure_limit(job *j)
{
    double quickest = HUGE_VAL, slowest = 0;
    renew(j);
    for (j->peer = 1; j->peer < j->ranks; j->peer++) {
        double seconds = measure(j, send_one, "limit");
        quickest = fmin(quickest, seconds);
        slowest = fmax(slowest, seconds);
    }
    print(j, "limit", quickest);
    print(j, "slowest", slowest);
}

/*
 * What a first call does beside moving data (agree on parameters, make communicators) is not
 * measured.
 */
static void measure_mpi(job *j)
{
    mpi_broadcast(j);
    renew(j);
    print(j, "mpi", measure(j, mpi_broadcast, "mpi"));
}

static void measure_fanout(job *j)
{
    fanout_comm_attach(j->comm, MPI_INFO_NULL);
    renew(j);
    print(j, "fanout", measure(j, fanout_broadcast, "fanout"));
}

static const struct {
    const char *name;
    void (*measure)(job *);
} contenders[] = {{"limit", measure_limit}, {"mpi", measure_mpi}, {"fanout", measure_fanout}};

static bool measure_contender(job *j, const char *name)
{
    for (size_t i = 0; i < sizeof contenders / sizeof contenders[0]; i++)
        if (strcmp(contenders[i].name, name) == 0) {
            contenders[i].measure(j);
            return true;
        }
    return false;
}

static int usage(const job *j, const char *text)
{
    if (j->rank == ROOT)
        fprintf(stderr, "sim_bench: %s; usage: sim_bench limit|mpi|fanout SIZE...\n", text);
    return 2;
}

static int run_job(job *j, int argc, char **argv)
{
    if (argc < 3 || j->ranks < 2)
        return usage(j, argc < 3 ? "an argument is missing" : "one rank is too few");
    for (int i = 2; i < argc; i++) {
        int64_t bytes;
        if (!fan_parse_bytes(argv[i], &bytes) || bytes > INT_MAX)
            return usage(j, argv[i]);
        j->bytes = (int)bytes;
        j->buffer = calloc((size_t)bytes + 1, 1);
        bool known = j->buffer != NULL && measure_contender(j, argv[1]);
        free(j->buffer);
        if (!known)
            return usage(j, argv[1]);
    }
    return j->failed ? 1 : 0;
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    job j = {.number = 0};
    MPI_Comm_dup(MPI_COMM_WORLD, &j.comm);
    MPI_Comm_rank(j.comm, &j.rank);
    MPI_Comm_size(j.comm, &j.ranks);
    int status = run_job(&j, argc, argv);
    MPI_Comm_free(&j.comm);
    MPI_Finalize();
    return status;
}
