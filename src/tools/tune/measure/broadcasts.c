/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/tune/measure/broadcasts.h"

#include "fanout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 1024, LARGEST_BYTES = 4 * 1024 * 1024, LEAST_ROUNDS = 3, MOST_ROUNDS = 15 };

typedef struct contest {
    const fan_tune_job *job;
    MPI_Comm mpi, fanout; /* a duplicate for each */
    char *buffer;
} contest;

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

/* By turns, so that what disturbs the machine disturbs both. */
static void measure_rounds(const contest *c, int bytes, int rounds, fan_tune_results *results)
{
    for (int round = 0; round < rounds; round++) {
        fan_tune_curve_add(&results->mpi, bytes, timed(c, c->mpi, bytes));
        fan_tune_curve_add(&results->fanout, bytes, timed(c, c->fanout, bytes));
    }
}

/*
 * On rank 0, whose clock counts. A round of the next size takes twice as long, so this one has half
 * of the time.
 */
static int affordable_rounds(const contest *c, double round, int bytes)
{
    if (c->job->rank != 0)
        return 0;
    double left = fmax(fan_tune_time_left(c->job, 1), 0);
    double share = bytes == LARGEST_BYTES ? left : left / 2;
    return (int)fmin(floor(share / round), MOST_ROUNDS);
}

/* The warm-up tells how long a round takes. The first size is always measured. */
static void measure_all(const contest *c, fan_tune_results *results)
{
    double round = 0;
    for (int bytes = FIRST_BYTES; bytes <= LARGEST_BYTES; bytes *= 2) {
        fan_tune_progress(c->job, "broadcasts of %d KiB", bytes / 1024);
        /* A round of twice the size, and one to warm up. */
        int goes_on = bytes == FIRST_BYTES ||
                      affordable_rounds(c, 2 * round, LARGEST_BYTES) >= LEAST_ROUNDS + 1;
        fan_tune_share(&goes_on, sizeof goes_on, c->job->comm);
        if (!goes_on)
            return;
        round = timed(c, c->mpi, bytes) + timed(c, c->fanout, bytes);
        int rounds = (int)fmax(affordable_rounds(c, round, bytes), LEAST_ROUNDS);
        fan_tune_share(&rounds, sizeof rounds, c->job->comm);
        measure_rounds(c, bytes, rounds, results);
    }
}

void fan_tune_measure_broadcasts(const fan_tune_job *job, fan_tune_results *results)
{
    contest c = {.job = job};
    begin(&c, results);
    measure_all(&c, results);
    end(&c);
}
