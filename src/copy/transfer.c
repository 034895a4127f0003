/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/transfer.h"
#include "copy/cleanup.h"
#include "copy/stop.h"
#include "fanout.h"

#include <stdio.h>

enum { TAG_FAILED = 2 };

/* ---- --fail-fast: a rank that fails tells rank 0, whose source then fails ---- */

static void tell_failure(fan_copy_transfer *transfer)
{
    if (!transfer->options->fail_fast || transfer->told)
        return;
    transfer->told = true;
    if (transfer->ranks->rank != 0) {
        MPI_Request request;
        MPI_Isend(NULL, 0, MPI_BYTE, 0, TAG_FAILED, transfer->ranks->writers, &request);
        MPI_Request_free(&request);
    }
}

static bool heard_of_failure(const fan_copy_transfer *transfer)
{
    int heard = transfer->told;
    if (transfer->options->fail_fast && !heard)
        MPI_Iprobe(MPI_ANY_SOURCE, TAG_FAILED, transfer->ranks->writers, &heard, MPI_STATUS_IGNORE);
    return heard;
}

/* Receive what has been told, so that no message is left. */
static void settle(fan_copy_transfer *transfer)
{
    int told = transfer->told && transfer->ranks->rank != 0;
    MPI_Allreduce(MPI_IN_PLACE, &told, 1, MPI_INT, MPI_SUM, transfer->ranks->writers);
    for (int i = 0; transfer->ranks->rank == 0 && i < told; i++)
        MPI_Recv(NULL, 0, MPI_BYTE, MPI_ANY_SOURCE, TAG_FAILED, transfer->ranks->writers,
                 MPI_STATUS_IGNORE);
}

/* ---- callbacks ---- */

static MPI_Count read_some(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    fan_copy_transfer *transfer = state;
    fan_copy_sender *sender = transfer->sender;
    (void)offset;
    if (heard_of_failure(transfer)) {
        snprintf(sender->error_path, sizeof sender->error_path, "%s", transfer->options->sources[0]);
        snprintf(sender->error, sizeof sender->error, "not sent to its end, because a host failed (--fail-fast)");
        return -1;
    }
    int64_t got = fan_copy_sender_read(sender, buffer, bytes);
    if (got >= 0)
        fan_copy_progress_read(transfer->progress, sender->read, sender->files);
    return (MPI_Count)got;
}

static int read_all(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    return read_some(state, offset, buffer, bytes) == (MPI_Count)bytes ? 0 : -1;
}

static int write_piece(void *state, MPI_Count offset, const void *buffer, size_t bytes)
{
    fan_copy_transfer *transfer = state;
    (void)offset;
    fan_copy_cleanup_lock();
    int failed = fan_copy_receiver_write(transfer->receiver, buffer, bytes);
    fan_copy_cleanup_unlock();
    if (failed)
        tell_failure(transfer);
    else
        fan_copy_progress_written(transfer->progress, transfer->receiver->taken);
    return failed;
}

/* ---- the stream ---- */

/* Two kinds of failure have been recorded where they happened. Any other is the end. */
static void check_stream(int code)
{
    int class = MPI_SUCCESS, length;
    if (code != MPI_SUCCESS)
        MPI_Error_class(code, &class);
    if (class == MPI_SUCCESS || class == fanout_error_class(FANOUT_ERR_SOURCE)
        || class == fanout_error_class(FANOUT_ERR_SINK))
        return;
    char text[MPI_MAX_ERROR_STRING];
    MPI_Error_string(code, text, &length);
    fan_copy_abort("the transfer failed: %s", text);
}

static int stream(fan_copy_transfer *transfer)
{
    fanout_sink_fn *sink = transfer->receiver != NULL ? write_piece : NULL;
    MPI_Comm comm = transfer->ranks->stream;
    if (transfer->bytes >= 0)
        return fanout_stream(transfer->bytes, read_all, sink, transfer, 0, comm, MPI_INFO_NULL);
    MPI_Count bytes = 0;
    int code = fanout_stream_to_end(read_some, sink, transfer, 0, comm, MPI_INFO_NULL, &bytes);
    transfer->bytes = (int64_t)bytes;
    return code;
}

void fan_copy_transfer_run(fan_copy_transfer *transfer)
{
    check_stream(stream(transfer));
    if (transfer->options->fail_fast)
        settle(transfer);
}
