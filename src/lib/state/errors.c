/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/state/errors.h"

#include "base/log.h"
#include "comm/ulfm/ulfm.h"
#include "lib/state/death.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct own_error {
    const char *text;
    int error_class;
    int code;
    /* Of the last failure that has a text of its own. */
    char told[MPI_MAX_ERROR_STRING];
    int told_code;
} own_error;

static own_error own_errors[] = {
    [FANOUT_ERR_SOURCE] = {.text =
                               "fanout: the source of the stream failed; no rank has all of it"},
    [FANOUT_ERR_SINK] = {.text =
                             "fanout: the sink of this rank failed; other ranks are not affected"},
    [FANOUT_ERR_DISAGREEMENT] = {.text = "fanout: ranks gave different arguments"},
    [FANOUT_ERR_TIMEOUT] = {.text = "fanout: a stream made no progress"},
    [FANOUT_ERR_PARAM] = {.text = "fanout: a parameter is wrong"},
};

/* Its class is MPI's. */
static own_error death = {.text = "fanout: a rank has died"};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t registered = PTHREAD_ONCE_INIT;

static void register_errors(void)
{
    for (size_t i = 0; i < sizeof own_errors / sizeof own_errors[0]; i++) {
        MPI_Add_error_class(&own_errors[i].error_class);
        MPI_Add_error_string(own_errors[i].error_class, own_errors[i].text);
        MPI_Add_error_code(own_errors[i].error_class, &own_errors[i].code);
        MPI_Add_error_string(own_errors[i].code, own_errors[i].text);
    }
    death.error_class = fan_ulfm_error_class();
}

int fanout_error_class(fanout_error error)
{
    pthread_once(&registered, register_errors);
    return own_errors[error].error_class;
}

static int own_code(fanout_error error)
{
    pthread_once(&registered, register_errors);
    return own_errors[error].code;
}

static void add_told_code(own_error *e, const char *text)
{
    MPI_Add_error_code(e->error_class, &e->told_code);
    MPI_Add_error_string(e->told_code, text);
    strcpy(e->told, text);
}

/*
 * A code whose text says what failed: an error that aborts shows no other. MPI can make few codes,
 * so a failure that is repeated has the same one.
 */
static int told_code(own_error *e)
{
    char text[MPI_MAX_ERROR_STRING];
    pthread_once(&registered, register_errors);
    snprintf(text, sizeof text, "fanout: %s", fan_fail_text());
    pthread_mutex_lock(&lock);
    if (strcmp(text, e->told) != 0)
        add_told_code(e, text);
    int code = e->told_code;
    pthread_mutex_unlock(&lock);
    return code;
}

/* Ranks that share memory with the one whose message failed know no code of MPI's. */
static int transport_code(void)
{
    int code = fan_fail_code();
    return code == MPI_SUCCESS ? MPI_ERR_OTHER : code;
}

static int code_of(fan_status status)
{
    switch (status) {
    case FAN_OK: return MPI_SUCCESS;
    case FAN_ERR_ARGUMENT:
    case FAN_ERR_SYSTEM: return told_code(&own_errors[FANOUT_ERR_PARAM]);
    case FAN_ERR_MEMORY: return MPI_ERR_NO_MEM;
    case FAN_ERR_TRANSPORT: return transport_code();
    case FAN_ERR_TRUNCATED: return MPI_ERR_TRUNCATE;
    case FAN_ERR_SOURCE: return own_code(FANOUT_ERR_SOURCE);
    case FAN_ERR_SINK: return own_code(FANOUT_ERR_SINK);
    case FAN_ERR_DISAGREEMENT: return told_code(&own_errors[FANOUT_ERR_DISAGREEMENT]);
    case FAN_ERR_TIMEOUT: return told_code(&own_errors[FANOUT_ERR_TIMEOUT]);
    case FAN_ERR_DIED:
    case FAN_ERR_LOST: return told_code(&death);
    }
    return MPI_ERR_INTERN;
}

/*
 * The caller knows why its callback failed, a disagreement has been reported already, and for a
 * death the program is prepared. A wrong parameter is the same on all ranks, and rank 0 knows most
 * about a stalled stream: there only rank 0 prints a warning.
 */
static bool should_tell(MPI_Comm comm, fan_status status)
{
    if (status == FAN_OK || status == FAN_ERR_SOURCE || status == FAN_ERR_SINK ||
        status == FAN_ERR_DISAGREEMENT || status == FAN_ERR_DIED || status == FAN_ERR_LOST)
        return false;
    int rank = 0;
    if (status == FAN_ERR_ARGUMENT || status == FAN_ERR_SYSTEM || status == FAN_ERR_TIMEOUT)
        MPI_Comm_rank(comm, &rank);
    return rank == 0;
}

static int raise_on(MPI_Comm comm, int code)
{
    if (code != MPI_SUCCESS)
        MPI_Comm_call_errhandler(comm, code);
    return code;
}

/* What else fails after a death: ranks that have given up send no more, or something else. */
bool fan_error_is_death(MPI_Comm comm, fan_status status)
{
    return status == FAN_ERR_DIED ||
           (status == FAN_ERR_TRANSPORT &&
            (fan_ulfm_is_death(fan_fail_code()) || fan_ulfm_is_broken(comm)));
}

int fan_error_raise(MPI_Comm comm, fan_status status)
{
    if (comm == MPI_COMM_NULL)
        comm = MPI_COMM_WORLD;
    if (fan_error_is_death(comm, status))
        status = fan_death_name(comm);
    int code = code_of(status);
    if (should_tell(comm, status))
        fan_warn("%s", fan_fail_text());
    return raise_on(comm, code);
}

MPI_Errhandler fan_error_tell_nobody(MPI_Comm comm)
{
    MPI_Errhandler handler = MPI_ERRHANDLER_NULL;
    if (!fan_ulfm_is_on())
        return handler;
    PMPI_Comm_get_errhandler(comm, &handler);
    PMPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    return handler;
}

void fan_error_tell_again(MPI_Comm comm, MPI_Errhandler handler)
{
    if (handler == MPI_ERRHANDLER_NULL)
        return;
    PMPI_Comm_set_errhandler(comm, handler);
    PMPI_Errhandler_free(&handler);
}

void fan_error_abort(void)
{
    fan_warn("%s; other ranks wait for this one, which ends the job", fan_fail_text());
    fan_warn_wait();
    MPI_Abort(MPI_COMM_WORLD, EXIT_FAILURE);
    _exit(EXIT_FAILURE); /* MPI_Abort of MPICH 4.2.1 returns */
}

int fan_error_raise_code(MPI_Comm comm, int code)
{
    if (code == FAN_GAVE_UP)
        return fan_error_raise(comm, fan_fail_status());
    if (fan_ulfm_is_death(code))
        return fan_error_raise(comm, FAN_ERR_DIED);
    return raise_on(comm == MPI_COMM_NULL ? MPI_COMM_WORLD : comm, code);
}
