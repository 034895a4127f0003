/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/tune/measure/broadcasts.h"

#include "fanout.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 1024, LARGEST_BYTES = 4 * 1024 * 1024, LEAST_ROUNDS = 3, MOST_ROUNDS = 15 };
enum { FINEST_STEP = 2, COARSEST_STEP = 16 }; /* from one size to the next */

typedef struct contest {
    const fan_tune_job *job;
    MPI_Comm mpi, fanout;     /* a duplicate for each */
    const fan_params *params; /* on rank 0: what is known by now */
    char *buffer;
} contest;

/* What rank 0 tells the others after the first round of a size. */
typedef struct plan {
    int rounds, step;
} plan;

/* Rank 0's hold on all ranks. */
static MPI_Info measured_parameters(const fan_tune_results *results)
{
    MPI_Info info;
    MPI_Info_create(&info);
    for (int i = 0; i < FAN_TUNE_NAMES; i++) {
        char key[64], value[64];
        snprintf(key, sizeof key, "fanout_%s", fan_tune_names[i]);
        fan_tune_value(&results->params, fan_tune_names[i], value, sizeof value);
        MPI_Info_set(info, key, value);
    }
    MPI_Info_set(info, "fanout_min_bytes", "0");
    return info;
}

static void begin(contest *c, const fan_tune_results *results)
{
    c->buffer = malloc(LARGEST_BYTES);
    if (c->buffer == NULL)
        fan_job_abort("no memory for broadcasts of %d bytes", LARGEST_BYTES);
    memset(c->buffer, 1, LARGEST_BYTES);
    MPI_Comm_dup(c->job->comm, &c->mpi);
    MPI_Comm_dup(c->job->comm, &c->fanout);
    MPI_Comm_set_errhandler(c->fanout, MPI_ERRORS_RETURN);
    MPI_Info info = measured_parameters(results);
    fan_job_check("fanout_comm_attach", fanout_comm_attach(c->fanout, info));
    MPI_Info_free(&info);
}

static void end(contest *c)
{
    MPI_Comm_free(&c->mpi);
    MPI_Comm_free(&c->fanout);
    free(c->buffer);
}

/* The longest time of all ranks from a barrier on, on all of them. */
static double timed(const contest *c, MPI_Comm comm, int bytes)
{
    MPI_Barrier(c->job->comm);
    double start = MPI_Wtime();
    if (comm == c->fanout)
        fan_job_check("fanout_bcast", fanout_bcast(c->buffer, bytes, MPI_BYTE, 0, comm));
    else
        MPI_Bcast(c->buffer, bytes, MPI_BYTE, 0, comm);
    double seconds = MPI_Wtime() - start;
    MPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_MAX, c->job->comm);
    return seconds;
}

/* One round after the other, so that what disturbs the machine disturbs both. */
static void measure_round(const contest *c, int bytes, fan_tune_curve *mpi, fan_tune_curve *fanout)
{
    fan_tune_curve_add(mpi, bytes, timed(c, c->mpi, bytes));
    fan_tune_curve_add(fanout, bytes, timed(c, c->fanout, bytes));
}

/* ---- what there is time for: on rank 0, whose clock counts ---- */

/* Ranks that a message reaches one after the other. */
static double height(const contest *c)
{
    return ceil(log2(c->job->size));
}

/* What a broadcast by MPI_Bcast may take longer for a byte: two links at each level of its tree. */
static double byte_seconds(const contest *c)
{
    return (1 + 2 * height(c)) / c->params->bandwidth;
}

/* Whether there is time for what all ranks do together so often, some messages each time. */
static bool has_time_for(const contest *c, int agreements)
{
    double hop = c->params->latency + 2 * c->params->overhead;
    return agreements * height(c) * hop < fan_tune_time_left(c->job, 1);
}

/* Seconds of a round of all sizes from `bytes` on, when one of this size takes `round`. */
static double pass_seconds(const contest *c, double round, double bytes, int step)
{
    double seconds = 0;
    for (double larger = bytes; larger <= LARGEST_BYTES; larger *= step)
        seconds += round + (larger - bytes) * byte_seconds(c);
    return seconds;
}

/* The finest one with which there is time for all sizes, once to warm up and LEAST_ROUNDS. */
static int choose_step(const contest *c, double round)
{
    int step = FINEST_STEP;
    while (step < COARSEST_STEP && (1 + LEAST_ROUNDS) * pass_seconds(c, round, FIRST_BYTES, step) >
                                       fan_tune_time_left(c->job, 1))
        step *= step;
    return step;
}

/* As many rounds of this size as of those to come, which have one to warm up. */
static plan make_plan(const contest *c, double round, int bytes, int step)
{
    double left = fan_tune_time_left(c->job, 1);
    plan p = {.step = step > 0 ? step : choose_step(c, round)};
    bool is_last = (double)bytes * p.step > LARGEST_BYTES, has_time = left > round;
    double rounds = left / pass_seconds(c, round, bytes, p.step) - !is_last;
    p.rounds = (int)fmin(fmax(rounds, has_time), MOST_ROUNDS);
    return p;
}

/* ---- sizes ---- */

/* The first round is for warming up, and counts if there is no time for another. */
static plan measure_size(const contest *c, int bytes, int step, double *round,
                         fan_tune_results *results)
{
    plan p = {0};
    fan_tune_curve mpi = {0}, fanout = {0};
    double start = MPI_Wtime();
    measure_round(c, bytes, &mpi, &fanout);
    *round = MPI_Wtime() - start;
    if (c->job->rank == 0)
        p = make_plan(c, *round, bytes, step);
    fan_tune_share(&p, sizeof p, c->job->comm);
    for (int i = 0; i < p.rounds; i++)
        measure_round(c, bytes, &results->mpi, &results->fanout);
    if (p.rounds == 0) {
        fan_tune_curve_add(&results->mpi, bytes, mpi.points[0].samples[0]);
        fan_tune_curve_add(&results->fanout, bytes, fanout.points[0].samples[0]);
    }
    return p;
}

static bool agree(const contest *c, bool has_time)
{
    int goes_on = has_time;
    fan_tune_share(&goes_on, sizeof goes_on, c->job->comm);
    return goes_on;
}

static bool has_time_for_next(const contest *c, double round, int bytes, int before)
{
    double longer = (bytes - before) * byte_seconds(c);
    return round + longer < fan_tune_time_left(c->job, 1);
}

static void measure_all(const contest *c, fan_tune_results *results)
{
    double round = 0;
    bool conducts = c->job->rank == 0;
    plan p = {0};
    for (int bytes = FIRST_BYTES, before = 0; bytes <= LARGEST_BYTES; bytes *= p.step) {
        fan_tune_progress(c->job, "broadcasts of %d KiB", bytes / 1024);
        if (before > 0 && !agree(c, conducts && has_time_for_next(c, round, bytes, before)))
            return;
        p = measure_size(c, bytes, p.step, &round, results);
        before = bytes;
    }
}

void fan_tune_measure_broadcasts(const fan_tune_job *job, fan_tune_results *results)
{
    enum { ATTACHING = 20, FIRST_ROUND = 10 };
    contest c = {.job = job, .params = &results->params};
    if (!agree(&c, job->rank == 0 && has_time_for(&c, ATTACHING + FIRST_ROUND)))
        return;
    begin(&c, results);
    measure_all(&c, results);
    end(&c);
}
