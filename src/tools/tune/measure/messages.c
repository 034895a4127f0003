/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/tune/measure/messages.h"

#include "tools/common/job.h"
#include "tools/tune/measure/wait.h"

#include <stdlib.h>
#include <string.h>

enum { TAG = 1 };

/* Requests 0 to window - 1 are receives, the next `window` are sends. */
typedef struct relay {
    MPI_Comm comm;
    int peer, window, count;
    int posted, received, sent, ended;              /* receives posted, ended; sends begun, ended */
    int owed;                                       /* messages that may be sent now */
    int idle[FAN_TUNE_MOST_ON_THE_WAY], idle_count; /* requests that no send uses */
    MPI_Request requests[2 * FAN_TUNE_MOST_ON_THE_WAY];
} relay;

static void post_receive(relay *r, int slot)
{
    if (r->posted == r->count)
        return;
    r->posted++;
    MPI_Irecv(NULL, 0, MPI_BYTE, r->peer, TAG, r->comm, &r->requests[slot]);
}

static void send_what_is_owed(relay *r)
{
    while (r->owed > 0 && r->sent < r->count && r->idle_count > 0) {
        r->owed--;
        r->sent++;
        MPI_Issend(NULL, 0, MPI_BYTE, r->peer, TAG, r->comm,
                   &r->requests[r->idle[--r->idle_count]]);
    }
}

static void finish(relay *r, int slot)
{
    if (slot >= r->window) {
        r->ended++;
        r->idle[r->idle_count++] = slot;
        return;
    }
    r->received++;
    r->owed++;
    post_receive(r, slot);
}

double fan_tune_relay(MPI_Comm comm, int peer, int window, int count, bool begins)
{
    relay r = {
        .comm = comm, .peer = peer, .window = window, .count = count, .owed = begins ? window : 0};
    for (int i = 0; i < 2 * window; i++)
        r.requests[i] = MPI_REQUEST_NULL;
    for (int slot = 0; slot < window; slot++) {
        r.idle[r.idle_count++] = window + slot;
        post_receive(&r, slot);
    }
    double start = MPI_Wtime();
    while (r.received < count || r.ended < count) {
        send_what_is_owed(&r);
        int done, indices[2 * FAN_TUNE_MOST_ON_THE_WAY];
        fan_tune_wait_some(2 * window, r.requests, &done, indices);
        for (int i = 0; i < done; i++)
            finish(&r, indices[i]);
    }
    return MPI_Wtime() - start;
}

/* Touched, so that no page is missing while time counts. */
static void *make_buffer(int bytes)
{
    void *buffer = malloc((size_t)bytes);
    if (buffer == NULL)
        fan_job_abort("no memory for a message of %d bytes", bytes);
    return memset(buffer, 1, (size_t)bytes);
}

double fan_tune_transfer(MPI_Comm comm, int peer, int bytes)
{
    void *buffer = make_buffer(bytes);
    MPI_Recv(NULL, 0, MPI_BYTE, peer, TAG, comm, MPI_STATUS_IGNORE); /* the receive is posted */
    MPI_Request requests[2];
    double start = MPI_Wtime();
    MPI_Irecv(NULL, 0, MPI_BYTE, peer, TAG, comm, &requests[0]);
    MPI_Issend(buffer, bytes, MPI_BYTE, peer, TAG, comm, &requests[1]);
    fan_tune_wait_all(2, requests);
    double seconds = MPI_Wtime() - start;
    free(buffer);
    return seconds;
}

void fan_tune_take(MPI_Comm comm, int peer, int bytes)
{
    void *buffer = make_buffer(bytes);
    MPI_Request request;
    MPI_Irecv(buffer, bytes, MPI_BYTE, peer, TAG, comm, &request);
    MPI_Send(NULL, 0, MPI_BYTE, peer, TAG, comm);
    fan_tune_wait_all(1, &request);
    MPI_Send(NULL, 0, MPI_BYTE, peer, TAG, comm);
    free(buffer);
}
