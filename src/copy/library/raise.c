/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/library/raise.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct {
    fanout_error error;
    int code; /* 0: not made yet */
} codes[] = {
    [FAN_COPYLIB_ARGUMENT] = {.error = FANOUT_ERR_PARAM},
    [FAN_COPYLIB_SOURCE] = {.error = FANOUT_ERR_SOURCE},
    [FAN_COPYLIB_WRITER] = {.error = FANOUT_ERR_SINK},
    [FAN_COPYLIB_TIMEOUT] = {.error = FANOUT_ERR_TIMEOUT},
};

/* An error that aborts shows no other text. Without memory there is no problem to tell. */
static void describe(const fan_copylib_findings *findings, char text[MPI_MAX_ERROR_STRING])
{
    const char *host = "", *path = "", *problem = "not all hosts have a copy";
    if (findings->numbers.problem_count > 0) {
        host = findings->text;
        path = host + strlen(host) + 1;
        problem = path + strlen(path) + 1;
    }
    int more = findings->numbers.problem_count - 1;
    int used = snprintf(text, MPI_MAX_ERROR_STRING, "fanout: %s%s%s%s%s", host,
                        host[0] != '\0' ? ": " : "", path, path[0] != '\0' ? ": " : "", problem);
    if (more > 0 && used < MPI_MAX_ERROR_STRING)
        snprintf(text + used, (size_t)(MPI_MAX_ERROR_STRING - used), "; and %d more", more);
}

/* MPI can make few codes, so the text of each is that of the last failure. */
static int told_code(const fan_copylib_findings *findings)
{
    char text[MPI_MAX_ERROR_STRING];
    int *code = &codes[findings->numbers.kind].code;
    describe(findings, text);
    pthread_mutex_lock(&mutex);
    if (*code == 0)
        MPI_Add_error_code(fanout_error_class(codes[findings->numbers.kind].error), code);
    MPI_Add_error_string(*code, text);
    pthread_mutex_unlock(&mutex);
    return *code;
}

int fan_copylib_code(const fan_copylib_findings *findings)
{
    switch (findings->numbers.kind) {
    case FAN_COPYLIB_GOOD: return MPI_SUCCESS;
    case FAN_COPYLIB_MEMORY: return MPI_ERR_NO_MEM;
    case FAN_COPYLIB_NETWORK: return MPI_ERR_OTHER;
    case FAN_COPYLIB_ARGUMENT:
    case FAN_COPYLIB_SOURCE:
    case FAN_COPYLIB_WRITER:
    case FAN_COPYLIB_TIMEOUT: return told_code(findings);
    }
    return MPI_ERR_INTERN;
}

int fan_copylib_raise(MPI_Comm comm, int code)
{
    if (code != MPI_SUCCESS)
        MPI_Comm_call_errhandler(comm == MPI_COMM_NULL ? MPI_COMM_WORLD : comm, code);
    return code;
}
