/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/call/promise.h"

#include <stdlib.h>

struct fan_promise {
    MPI_Request request;
    int code;
};

/* ---- called by MPI ---- */

static int query(void *extra, MPI_Status *status)
{
    const fan_promise *promise = extra;
    status->MPI_SOURCE = MPI_ANY_SOURCE;
    status->MPI_TAG = MPI_ANY_TAG;
    PMPI_Status_set_elements(status, MPI_BYTE, 0);
    PMPI_Status_set_cancelled(status, 0);
    return promise->code;
}

static int release(void *extra)
{
    free(extra);
    return MPI_SUCCESS;
}

/* The other ranks rely on the broadcast. */
static int cancel(void *extra, int is_complete)
{
    (void)extra, (void)is_complete;
    return MPI_SUCCESS;
}

/* ---- public ---- */

int fan_promise_make(fan_promise **promise, MPI_Request *request)
{
    fan_promise *made = malloc(sizeof *made);
    if (made == NULL)
        return MPI_ERR_NO_MEM;
    int code = PMPI_Grequest_start(query, release, cancel, made, &made->request);
    if (code != MPI_SUCCESS) {
        free(made);
        return code;
    }
    *request = made->request;
    *promise = made;
    return MPI_SUCCESS;
}

void fan_promise_keep(fan_promise *promise, int code)
{
    promise->code = code;
    PMPI_Grequest_complete(promise->request);
}
