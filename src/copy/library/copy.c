/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/ranks.h"
#include "copy/library/call.h"
#include "copy/library/process.h"
#include "copy/library/request.h"
#include "copy/needs.h"
#include "copy/run.h"

#include <stdlib.h>

/* ---- what the copy says ---- */

static void hear_message(void *state, const char *host, const char *path, const char *text)
{
    fan_copylib_call *call = state;
    fan_copylib_findings_add(&call->findings, host, path, text);
}

static void hear_end(void *state, const fan_copy_tally *tally)
{
    fan_copylib_numbers *numbers = &((fan_copylib_call *)state)->findings.numbers;
    numbers->writers = tally->hosts;
    numbers->whole = fan_copy_tally_whole(tally);
    numbers->bytes = tally->bytes;
    numbers->seconds = fan_copy_tally_seconds(tally);
    /* The source also ends when all who write, or with fail-fast one of them, have failed. */
    if (tally->error[0] != '\0' && fan_copy_tally_failed(tally) == 0)
        numbers->kind = FAN_COPYLIB_SOURCE;
    else if (numbers->whole < numbers->writers)
        numbers->kind = FAN_COPYLIB_WRITER;
}

static void hear_loss(void *state, int code, const char *text, bool together)
{
    fan_copylib_call *call = state;
    fan_copylib_kind kind = FAN_COPYLIB_NETWORK;
    int error_class = MPI_ERR_OTHER;
    MPI_Error_class(code, &error_class);
    if (together || error_class == fanout_error_class(FANOUT_ERR_TIMEOUT))
        kind = FAN_COPYLIB_TIMEOUT;
    call->lost = true;
    fan_copylib_fail(call, kind, "the network", text);
}

/* ---- the copy ---- */

typedef struct listeners {
    const fan_copylib_call *call;
    const fan_copy_ranks *ranks;
} listeners;

static void spread(void *state, void *data, size_t bytes)
{
    const listeners *l = state;
    fan_copy_ranks_tell(l->ranks, !l->call->lost, data, bytes);
}

/* As all other calls, those of MPI in the copy raise their errors for the user. */
static void raise_errors(const fan_copylib_call *call)
{
    MPI_Errhandler users;
    MPI_Comm_get_errhandler(call->user, &users);
    MPI_Comm_set_errhandler(call->job, users);
    MPI_Errhandler_free(&users);
}

static void run(fan_copylib_call *call, const fan_copy_options *options)
{
    const fan_copy_audience audience = {
        .message = hear_message, .end = hear_end, .lost = hear_loss, .state = call};
    fan_copy_ranks_options wanted = fan_copy_needs_ranks(options);
    fan_copy_ranks ranks;
    wanted.job = call->job;
    wanted.root = call->root;
    raise_errors(call);
    fan_copy_ranks_open(&ranks, &wanted);
    if (ranks.writers != MPI_COMM_NULL)
        fan_copy_run(options, &ranks, NULL, &audience);
    listeners l = {call, &ranks};
    fan_copylib_findings_share(&call->findings, spread, &l);
    if (!call->lost)
        fan_copy_ranks_close(&ranks);
}

static void check_process(fan_copylib_call *call, const fan_copylib_process *process,
                          const char *function)
{
    if (!process->taken)
        fan_copylib_fail(call, FAN_COPYLIB_ARGUMENT, function,
                         "another thread of this process makes a copy; make one after the other");
    else if (!process->has_memory)
        fan_copylib_fail(call, FAN_COPYLIB_MEMORY, function, "out of memory");
}

static void copy(fan_copylib_call *call, fan_copylib_what what, const char *source,
                 const char *destination, MPI_Info info)
{
    fan_copylib_process process;
    fan_copylib_request request;
    fan_copylib_process_take(&process);
    check_process(call, &process, fan_copylib_function(what));
    if (fan_copylib_request_share(&request, call, what, source, destination, info))
        run(call, &request.options);
    fan_copylib_request_free(&request);
    fan_copylib_process_leave(&process);
}

static int copy_any(fan_copylib_what what, const char *source, const char *destination, int root,
                    MPI_Comm comm, MPI_Info info, fanout_copy_result **result)
{
    fan_copylib_call call;
    if (result != NULL)
        *result = NULL;
    if (fan_copylib_begin(&call, root, comm))
        copy(&call, what, source, destination, info);
    if (result != NULL && call.code == MPI_SUCCESS)
        *result = fan_copylib_findings_result(&call.findings);
    return fan_copylib_end(&call);
}

/* ---- the calls ---- */

int fanout_copy_file(const char *source, const char *destination, int root, MPI_Comm comm,
                     MPI_Info info, fanout_copy_result **result)
{
    return copy_any(FAN_COPYLIB_FILE, source, destination, root, comm, info, result);
}

int fanout_copy_tree(const char *source, const char *destination, int root, MPI_Comm comm,
                     MPI_Info info, fanout_copy_result **result)
{
    return copy_any(FAN_COPYLIB_TREE, source, destination, root, comm, info, result);
}

void fanout_copy_result_free(fanout_copy_result **result)
{
    if (result == NULL)
        return;
    free(*result);
    *result = NULL;
}
