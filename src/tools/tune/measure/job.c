/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/tune/measure/job.h"

#include "tools/tune/measure/wait.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_first_on_host(const fan_job *world, int rank)
{
    for (int i = 0; i < rank; i++)
        if (strcmp(world->hosts[i], world->hosts[rank]) == 0)
            return false;
    return true;
}

void fan_tune_job_open(fan_tune_job *job)
{
    fan_job *world = &job->world;
    fan_job_open(world);
    job->members = calloc((size_t)world->size, sizeof *job->members);
    if (job->members == NULL)
        fan_job_abort("no memory for %d ranks", world->size);
    bool measures = false;
    for (int rank = 0; rank < world->size; rank++)
        if (world->host_count == 1 || is_first_on_host(world, rank)) {
            job->members[job->size++] = rank;
            measures = measures || rank == world->rank;
        }
    MPI_Comm_split(MPI_COMM_WORLD, measures ? 0 : MPI_UNDEFINED, world->rank, &job->comm);
    if (measures)
        MPI_Comm_rank(job->comm, &job->rank);
}

void fan_tune_job_close(fan_tune_job *job)
{
    if (job->comm != MPI_COMM_NULL)
        MPI_Comm_free(&job->comm);
    free(job->members);
    fan_job_close(&job->world);
}

const char *fan_tune_host(const fan_tune_job *job, int rank)
{
    return job->world.hosts[job->members[rank]];
}

double fan_tune_time_left(const fan_tune_job *job, double share)
{
    return job->start + share * job->seconds - MPI_Wtime();
}

void fan_tune_progress(const fan_tune_job *job, const char *format, ...)
{
    if (job->terminal == NULL)
        return;
    char text[200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(job->terminal, "\r%3.0f s of %.0f s  %.60s\033[K", MPI_Wtime() - job->start,
            job->seconds, text);
    fflush(job->terminal);
}

void fan_tune_progress_end(const fan_tune_job *job)
{
    if (job->terminal == NULL)
        return;
    fputs("\r\033[K", job->terminal);
    fflush(job->terminal);
}

void fan_tune_share(void *data, size_t bytes, MPI_Comm comm)
{
    MPI_Request request;
    MPI_Ibcast(data, (int)bytes, MPI_BYTE, 0, comm, &request);
    fan_tune_sleep_until(&request);
}
