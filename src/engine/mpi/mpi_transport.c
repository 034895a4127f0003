/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "engine/mpi/mpi_transport.h"

#include "base/clock.h"
#include "base/poll.h"
#include "base/spare/spare.h"
#include "comm/ulfm/ulfm.h"
#include "engine/mpi/mpi_wait.h"

enum { NO_SLOT = -1 };

static fan_status check(int code, const char *what, int peer)
{
    if (code == MPI_SUCCESS)
        return FAN_OK;
    char text[MPI_MAX_ERROR_STRING];
    int length;
    MPI_Error_string(code, text, &length);
    return fan_fail_mpi(code, "%s rank %d: %s", what, peer, text);
}

static void enqueue(fan_mpi_transport *t, int slot, int tag, MPI_Request request)
{
    t->next[slot] = NO_SLOT;
    if (t->oldest[tag] == NO_SLOT) {
        t->oldest[tag] = slot;
        t->watched[tag] = request;
    } else {
        t->next[t->newest[tag]] = slot;
        t->behind[slot] = request;
    }
    t->newest[tag] = slot;
}

/* The slot of the oldest receive of a tag, which has ended. The next one takes its place. */
static int dequeue(fan_mpi_transport *t, int tag)
{
    int slot = t->oldest[tag];
    int next = t->next[slot];
    t->oldest[tag] = next;
    if (next != NO_SLOT) {
        t->watched[tag] = t->behind[next];
        t->behind[next] = MPI_REQUEST_NULL;
    }
    return slot;
}

static fan_status receive(void *state, int slot, void *buffer, int64_t bytes, int peer, int tag)
{
    fan_mpi_transport *t = state;
    MPI_Request request;
    fan_status status =
        check(MPI_Irecv(buffer, (int)bytes, MPI_BYTE, peer, t->first_tag + tag, t->comm, &request),
              "cannot receive from", peer);
    if (status == FAN_OK)
        enqueue(t, slot, tag, request);
    return status;
}

static fan_status send(void *state, int slot, const void *buffer, int64_t bytes, int peer, int tag,
                       bool synchronous)
{
    fan_mpi_transport *t = state;
    MPI_Request *request = &t->watched[t->tags + slot - t->receives];
    int count = (int)bytes;
    tag += t->first_tag;
    return check(synchronous ? MPI_Issend(buffer, count, MPI_BYTE, peer, tag, t->comm, request)
                             : MPI_Isend(buffer, count, MPI_BYTE, peer, tag, t->comm, request),
                 "cannot send to", peer);
}

static fan_status check_statuses(fan_mpi_transport *t, int count)
{
    for (int i = 0; i < count; i++) {
        MPI_Status *status = &t->statuses[i];
        if (status->MPI_ERROR != MPI_SUCCESS)
            return check(status->MPI_ERROR, "a message failed; source", status->MPI_SOURCE);
    }
    return FAN_OK;
}

static fan_completion completion(fan_mpi_transport *t, int index, const MPI_Status *status)
{
    if (index >= t->tags)
        return (fan_completion){.slot = t->receives + index - t->tags};
    int bytes;
    MPI_Get_count(status, MPI_BYTE, &bytes);
    return (fan_completion){.slot = dequeue(t, index), .bytes = bytes};
}

static bool is_in_status(int code)
{
    int error_class;
    MPI_Error_class(code, &error_class);
    return error_class == MPI_ERR_IN_STATUS;
}

/* Of `*count` that have ended, those that have not failed. */
static fan_status take_completions(fan_mpi_transport *t, bool some_failed, fan_completion *done,
                                   int *count)
{
    int good = 0;
    fan_status status = some_failed ? check_statuses(t, *count) : FAN_OK;
    for (int i = 0; i < *count; i++)
        if (!some_failed || t->statuses[i].MPI_ERROR == MPI_SUCCESS)
            done[good++] = completion(t, t->indices[i], &t->statuses[i]);
    *count = good;
    return status;
}

static fan_status collect(void *state, bool block, fan_completion *done, int *count)
{
    fan_mpi_transport *t = state;
    *count = 0;
    int watched = t->tags + t->sends;
    int code = block ? fan_mpi_wait_some(watched, t->watched, count, t->indices, t->statuses)
                     : MPI_Testsome(watched, t->watched, count, t->indices, t->statuses);
    if (*count ==
        MPI_UNDEFINED) { /* nothing in progress, and then MPI looks after nothing else either */
        *count = 0;
        fan_mpi_progress(NULL);
    }
    if (code != MPI_SUCCESS && !is_in_status(code)) {
        *count = 0;
        return check(code, "waiting failed on", -1);
    }
    return take_completions(t, code != MPI_SUCCESS, done, count);
}

static bool allocate(fan_mpi_transport *t)
{
    size_t receives = (size_t)t->receives;
    size_t tags = (size_t)t->tags;
    size_t watched = (size_t)(t->tags + t->sends);
    t->watched = fan_spare_malloc(watched * sizeof *t->watched);
    t->behind = fan_spare_malloc(receives * sizeof *t->behind);
    t->next = fan_spare_malloc(receives * sizeof *t->next);
    t->oldest = fan_spare_malloc(tags * sizeof *t->oldest);
    t->newest = fan_spare_malloc(tags * sizeof *t->newest);
    t->indices = fan_spare_malloc(watched * sizeof *t->indices);
    t->statuses = fan_spare_malloc(watched * sizeof *t->statuses);
    return t->watched && t->behind && t->next && t->oldest && t->newest && t->indices &&
           t->statuses;
}

static void release(fan_mpi_transport *t)
{
    fan_spare_free(t->watched);
    fan_spare_free(t->behind);
    fan_spare_free(t->next);
    fan_spare_free(t->oldest);
    fan_spare_free(t->newest);
    fan_spare_free(t->indices);
    fan_spare_free(t->statuses);
}

fan_status fan_mpi_transport_init(fan_mpi_transport *t, MPI_Comm comm, int receives, int sends,
                                  int first_tag, int tags)
{
    *t = (fan_mpi_transport){
        .comm = comm, .receives = receives, .sends = sends, .first_tag = first_tag, .tags = tags};
    if (!allocate(t)) {
        release(t);
        return fan_fail(FAN_ERR_MEMORY, "no memory for %d messages", receives + sends);
    }
    for (int i = 0; i < tags + sends; i++)
        t->watched[i] = MPI_REQUEST_NULL;
    for (int i = 0; i < receives; i++)
        t->behind[i] = MPI_REQUEST_NULL;
    for (int tag = 0; tag < tags; tag++)
        t->oldest[tag] = NO_SLOT;
    return FAN_OK;
}

fan_transport fan_mpi_transport_interface(fan_mpi_transport *t)
{
    return (fan_transport){.state = t, .receive = receive, .send = send, .collect = collect};
}

/*
 * After a failure some peers never send: their receives are cancelled, and no request is waited
 * for. Returns whether it has ended: not a send, nor a receive of what has begun to come.
 */
static bool give_up(MPI_Request *request, double until)
{
    int ended = 0, polls = 0;
    if (*request == MPI_REQUEST_NULL)
        return true;
    MPI_Cancel(request);
    MPI_Test(request, &ended, MPI_STATUS_IGNORE);
    while (!ended && fan_clock_now() < until) {
        fan_poll_pause(&polls);
        MPI_Test(request, &ended, MPI_STATUS_IGNORE);
    }
    if (!ended)
        MPI_Request_free(request);
    return ended;
}

/*
 * On a communicator that is revoked all of them end soon: what has begun to come, with its end. But
 * for the reason of fan_mpi_settle what the caller can spare stays even then.
 */
bool fan_mpi_transport_free(fan_mpi_transport *t)
{
    static const double patience = 1;
    bool is_revoked = fan_ulfm_is_revoked(t->comm), ended = !is_revoked;
    double until = is_revoked ? fan_clock_now() + patience : 0;
    for (int i = 0; i < t->tags + t->sends; i++)
        ended = give_up(&t->watched[i], until) && ended;
    for (int i = 0; i < t->receives; i++)
        ended = give_up(&t->behind[i], until) && ended;
    if (is_revoked)
        fan_mpi_settle();
    release(t);
    return ended;
}
