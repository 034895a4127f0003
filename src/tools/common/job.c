/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/common/job.h"

#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Noreturn void fan_job_abort(const char *format, ...)
{
    int rank, length;
    char host[MPI_MAX_PROCESSOR_NAME], text[1024];
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Get_processor_name(host, &length);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "%s: rank %d on host %s: %s\n", program_invocation_short_name, rank, host,
            text);
    fan_warn_wait();
    MPI_Abort(MPI_COMM_WORLD, EXIT_FAILURE);
    _exit(EXIT_FAILURE);
}

void fan_job_check(const char *what, int code)
{
    if (code == MPI_SUCCESS)
        return;
    char text[MPI_MAX_ERROR_STRING] = "";
    int length;
    MPI_Error_string(code, text, &length);
    fan_job_abort("%s: %s", what, text);
}

static int count_hosts(const fan_job *job)
{
    int count = 0;
    for (int i = 0; i < job->size; i++) {
        int first = 0;
        while (strcmp(job->hosts[first], job->hosts[i]) != 0)
            first++;
        count += first == i;
    }
    return count;
}

void fan_job_open(fan_job *job)
{
    MPI_Comm_rank(MPI_COMM_WORLD, &job->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &job->size);
    job->hosts = calloc((size_t)job->size, sizeof *job->hosts);
    if (job->hosts == NULL)
        fan_job_abort("no memory for the names of %d hosts", job->size);
    int length;
    MPI_Get_processor_name(job->hosts[job->rank], &length);
    MPI_Allgather(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, job->hosts, MPI_MAX_PROCESSOR_NAME, MPI_CHAR,
                  MPI_COMM_WORLD);
    job->host_count = count_hosts(job);
    fan_job_set_root(job, 0);
}

void fan_job_set_root(fan_job *job, int root)
{
    job->root = root;
    job->peer = (root + 1) % job->size;
    for (int i = 1; i < job->size; i++) {
        int candidate = (root + i) % job->size;
        if (strcmp(job->hosts[candidate], job->hosts[root]) != 0) {
            job->peer = candidate;
            return;
        }
    }
}

void fan_job_close(fan_job *job)
{
    free(job->hosts);
}
