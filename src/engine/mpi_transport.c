/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/mpi_transport.h"

#include "engine/mpi_wait.h"

#include <stdlib.h>

static fan_status check(fan_mpi_transport *t, int code, const char *what, int peer)
{
    if (code == MPI_SUCCESS)
        return FAN_OK;
    t->mpi_error = code;
    char text[MPI_MAX_ERROR_STRING];
    int length;
    MPI_Error_string(code, text, &length);
    return fan_fail(FAN_ERR_TRANSPORT, "%s rank %d: %s", what, peer, text);
}

static fan_status receive(void *state, int slot, void *buffer, int64_t bytes, int peer, int tag)
{
    fan_mpi_transport *t = state;
    return check(t, MPI_Irecv(buffer, (int)bytes, MPI_BYTE, peer, tag, t->comm, &t->requests[slot]),
                 "cannot receive from", peer);
}

static fan_status send(void *state, int slot, const void *buffer, int64_t bytes, int peer, int tag)
{
    fan_mpi_transport *t = state;
    MPI_Request *request = &t->requests[slot];
    int code = t->synchronous ? MPI_Issend(buffer, (int)bytes, MPI_BYTE, peer, tag, t->comm, request)
                              : MPI_Isend(buffer, (int)bytes, MPI_BYTE, peer, tag, t->comm, request);
    return check(t, code, "cannot send to", peer);
}

static fan_status check_statuses(fan_mpi_transport *t, int count)
{
    for (int i = 0; i < count; i++) {
        MPI_Status *status = &t->statuses[i];
        if (status->MPI_ERROR != MPI_SUCCESS)
            return check(t, status->MPI_ERROR, "a message failed; source", status->MPI_SOURCE);
    }
    return FAN_OK;
}

static fan_status collect(void *state, bool block, fan_completion *done, int *count)
{
    fan_mpi_transport *t = state;
    *count = 0;
    int code = block ? fan_mpi_wait_some(t->slots, t->requests, count, t->indices, t->statuses)
                     : MPI_Testsome(t->slots, t->requests, count, t->indices, t->statuses);
    if (*count == MPI_UNDEFINED) /* nothing in progress */
        *count = 0;
    if (code != MPI_SUCCESS) {
        int class;
        MPI_Error_class(code, &class);
        return class == MPI_ERR_IN_STATUS ? check_statuses(t, *count) : check(t, code, "waiting failed on", -1);
    }
    for (int i = 0; i < *count; i++) {
        int bytes;
        MPI_Get_count(&t->statuses[i], MPI_BYTE, &bytes);
        done[i] = (fan_completion){.slot = t->indices[i], .bytes = bytes};
    }
    return FAN_OK;
}

fan_status fan_mpi_transport_init(fan_mpi_transport *t, MPI_Comm comm, int slots, bool synchronous)
{
    size_t n = (size_t)slots;
    *t = (fan_mpi_transport){.comm = comm, .synchronous = synchronous, .slots = slots, .mpi_error = MPI_SUCCESS};
    t->requests = malloc(n * sizeof *t->requests);
    t->indices = malloc(n * sizeof *t->indices);
    t->statuses = malloc(n * sizeof *t->statuses);
    if (t->requests == NULL || t->indices == NULL || t->statuses == NULL) {
        t->slots = 0;
        fan_mpi_transport_free(t);
        return fan_fail(FAN_ERR_MEMORY, "no memory for %d messages", slots);
    }
    for (int i = 0; i < slots; i++)
        t->requests[i] = MPI_REQUEST_NULL;
    return FAN_OK;
}

fan_transport fan_mpi_transport_interface(fan_mpi_transport *t)
{
    return (fan_transport){.state = t, .receive = receive, .send = send, .collect = collect};
}

/* After a failure some peers never send: their receives are cancelled, and no request is waited for. */
static void give_up(MPI_Request *request)
{
    if (*request == MPI_REQUEST_NULL)
        return;
    MPI_Cancel(request);
    MPI_Request_free(request);
}

void fan_mpi_transport_free(fan_mpi_transport *t)
{
    for (int i = 0; i < t->slots; i++)
        give_up(&t->requests[i]);
    free(t->requests);
    free(t->indices);
    free(t->statuses);
}
