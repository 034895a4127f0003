/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fanout-bench: broadcasts against the time of one transfer. All contenders take turns in each
 * round, so that what disturbs the machine disturbs all of them.
 */
#include "config.h"

#include "launch/alone.h"
#include "tools/bench/contenders.h"
#include "tools/bench/data.h"
#include "tools/bench/json.h"
#include "tools/bench/options.h"
#include "tools/bench/peers.h"
#include "tools/bench/results.h"
#include "tools/bench/table.h"
#include "tools/common/job.h"

#include <errno.h>
#include <limits.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATUS_USAGE = 2 };

typedef struct bench {
    fan_bench_options options;
    fan_job job;
    fan_bench_contenders contenders;
    fan_bench_results results;
    unsigned char *buffer; /* of the largest size */
    uint64_t broadcasts;   /* done so far: the number of the next one's data */
    FILE *json;            /* on rank 0, NULL if none is asked for */
} bench;

/* The longest time that a rank needed, each counted from when it left a barrier. */
static double timed_run(const bench *b, const fan_bench_contender *contender, int bytes)
{
    MPI_Barrier(MPI_COMM_WORLD);
    double start = MPI_Wtime();
    fan_bench_run(contender, &b->job, b->buffer, bytes);
    double seconds = MPI_Wtime() - start;
    MPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    return seconds;
}

/* Verify this rank's data. True, on all ranks, if no rank has found a difference. */
static bool all_received(const bench *b, const fan_bench_contender *contender, int bytes)
{
    struct {
        int offset, rank;
    } first = {.offset = INT_MAX, .rank = b->job.rank};
    if (fan_bench_receives(contender, &b->job)) {
        int offset = fan_bench_difference(b->buffer, bytes, b->broadcasts);
        first.offset = offset < bytes ? offset : INT_MAX;
    }
    MPI_Allreduce(MPI_IN_PLACE, &first, 1, MPI_2INT, MPI_MINLOC, MPI_COMM_WORLD);
    if (first.offset == INT_MAX)
        return true;
    if (b->job.rank == 0)
        fprintf(stderr, "fanout-bench: rank %d on host %s: %s, %d bytes: wrong from byte %d on\n",
                first.rank, b->job.hosts[first.rank], contender->name, bytes, first.offset);
    return false;
}

/* False, on all ranks, if the data was verified and is wrong. */
static bool measure(bench *b, const fan_bench_contender *contender, int bytes, bool check,
                    double *seconds)
{
    if (check && b->job.rank == b->job.root)
        fan_bench_fill(b->buffer, bytes, b->broadcasts);
    *seconds = timed_run(b, contender, bytes);
    bool good = !check || all_received(b, contender, bytes);
    b->broadcasts++;
    return good;
}

/*
 * What a contender leaves in caches, and how fast it has made connections, serves the next one. So
 * the order of each round after the first is another one, the same on all ranks (R. Durstenfeld,
 * "Algorithm 235: Random permutation", Communications of the ACM 7, 1964).
 */
static void shuffle(int round, int count, int *order)
{
    unsigned seed = (unsigned)round;
    for (int i = 0; i < count; i++)
        order[i] = i;
    for (int last = count - 1; round > 0 && last > 0; last--) {
        int other = rand_r(&seed) % (last + 1), moved = order[last];
        order[last] = order[other];
        order[other] = moved;
    }
}

/* Warm-up rounds have negative numbers. Their times are overwritten by those of round 0. */
static bool measure_round(bench *b, int size, int round)
{
    bool check = b->options.check || round == -b->options.warmup;
    int order[FAN_BENCH_MAX_CONTENDERS];
    shuffle(round, b->contenders.count, order);
    for (int turn = 0; turn < b->contenders.count; turn++) {
        int i = order[turn];
        double *seconds = fan_bench_seconds(&b->results, size, i) + (round < 0 ? 0 : round);
        if (!measure(b, &b->contenders.list[i], b->options.sizes[size], check, seconds))
            return false;
    }
    return true;
}

static bool measure_size(bench *b, int size)
{
    for (int round = -b->options.warmup; round < b->options.rounds; round++)
        if (!measure_round(b, size, round))
            return false;
    return true;
}

static bool measure_all(bench *b)
{
    bool prints = b->job.rank == 0 && !b->options.quiet;
    if (prints)
        fan_bench_table_head(&b->options, &b->job, &b->contenders);
    for (int size = 0; size < b->options.size_count; size++) {
        if (!measure_size(b, size))
            return false;
        if (prints)
            fan_bench_table_rows(&b->options, &b->contenders, &b->results, size);
    }
    return true;
}

/* Before hours of measuring, not after. */
static void open_json(bench *b)
{
    const char *name = b->options.json;
    if (name == NULL || b->job.rank != 0)
        return;
    b->json = strcmp(name, "-") == 0 ? stdout : fopen(name, "w");
    if (b->json == NULL)
        fan_job_abort("cannot write --json %s: %s", name, strerror(errno));
}

static void write_json(bench *b)
{
    if (b->json == NULL)
        return;
    errno = 0;
    bool written = fan_bench_json_write(&b->options, &b->job, &b->contenders, &b->results, b->json);
    if (fclose(b->json) != 0 || !written)
        fan_job_abort("cannot write --json %s: %s", b->options.json,
                      errno != 0 ? strerror(errno) : "a value cannot be written as JSON");
}

static void allocate(bench *b)
{
    int largest = fan_bench_largest(&b->options);
    b->buffer = malloc((size_t)largest);
    if (b->buffer == NULL)
        fan_job_abort("no memory for %d bytes of data; give smaller --sizes", largest);
    if (!fan_bench_results_init(&b->results, b->options.size_count, b->contenders.count,
                                b->options.rounds))
        fan_job_abort("no memory for the samples of %d rounds; give a smaller --repeat",
                      b->options.rounds);
}

static bool run(bench *b)
{
    open_json(b);
    fan_bench_contenders_open(&b->contenders, &b->options, &b->job);
    allocate(b);
    bool good = measure_all(b);
    if (good)
        write_json(b);
    fan_bench_results_free(&b->results);
    free(b->buffer);
    fan_bench_contenders_close(&b->contenders);
    return good;
}

/* True if the command line fits the job. */
static bool fits(const bench *b)
{
    if (b->job.size >= 2 && b->options.root < b->job.size)
        return true;
    if (b->job.rank == 0 && b->job.size < 2)
        fprintf(stderr,
                "fanout-bench: a broadcast needs two ranks; try mpirun -np 2 fanout-bench\n");
    else if (b->job.rank == 0)
        fprintf(stderr, "fanout-bench: --root %d: ranks are 0 to %d\n", b->options.root,
                b->job.size - 1);
    return false;
}

static int bench_main(bench *b)
{
    fan_job_open(&b->job);
    int status = STATUS_USAGE;
    if (fits(b) && fan_bench_peers_open(b->options.peers, b->options.peer_count)) {
        fan_job_set_root(&b->job, b->options.root);
        status = run(b) ? EXIT_SUCCESS : EXIT_FAILURE;
        fan_bench_peers_close();
    }
    fan_job_close(&b->job);
    return status;
}

/* At every exit(), argp's too: a rank that ends without this is a crash to the launcher. */
static void finalize(void)
{
    MPI_Finalize();
}

int main(int argc, char **argv)
{
    fan_bench_peers_before_init(argc, argv);
    if (MPI_Init(&argc, &argv) != MPI_SUCCESS || atexit(finalize) != 0)
        return EXIT_FAILURE;
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    bench b = {0};
    fan_bench_options_parse(argc, argv, rank == 0, &b.options);
    return fan_launch_refuses("fanout-bench") ? EXIT_FAILURE : bench_main(&b);
}
