/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/units.h"
#include "copy/survive/death.h"
#include "copy/wire/transfer.h"
#include "fanout.h"

#include <stdio.h>
#include <sys/param.h>

enum { TAG_FAILED = 2 };

/* ---- ranks that fail tell the root, whose source ends when it is of use to nobody ---- */

static void tell_failure(fan_copy_transfer *transfer)
{
    if (transfer->told || !(transfer->fail_fast || transfer->takes))
        return;
    transfer->told = true;
    MPI_Request request;
    MPI_Isend(NULL, 0, MPI_BYTE, transfer->root, TAG_FAILED, transfer->party->talk, &request);
    MPI_Request_free(&request);
}

static bool is_root(const fan_copy_transfer *transfer)
{
    return transfer->party->rank == transfer->root;
}

static void hear(fan_copy_transfer *transfer)
{
    MPI_Recv(NULL, 0, MPI_BYTE, MPI_ANY_SOURCE, TAG_FAILED, transfer->party->talk,
             MPI_STATUS_IGNORE);
    transfer->heard++;
}

/* Whether so many have failed that the rest need not be sent. */
static bool is_useless(void *state)
{
    fan_copy_transfer *transfer = state;
    if (!is_root(transfer))
        return false;
    for (;;) {
        int waiting = 0;
        MPI_Iprobe(MPI_ANY_SOURCE, TAG_FAILED, transfer->party->talk, &waiting, MPI_STATUS_IGNORE);
        if (fan_copy_death_is_noted())
            return true;
        int failed = transfer->failed + transfer->heard;
        if (!waiting)
            return failed > 0 && (transfer->fail_fast || failed >= transfer->takers);
        hear(transfer);
    }
}

/* Nobody here needs more, or ever did; those that are elsewhere may. */
static bool is_done_with(const fan_copy_transfer *transfer)
{
    return transfer->quiet && !fan_copy_death_is_noted() &&
           transfer->failed + transfer->heard >= transfer->takers;
}

static void explain_end(const fan_copy_transfer *transfer)
{
    fan_copy_sender *sender = transfer->sender;
    char sent[16], all[16];
    fan_format_bytes(transfer->before + sender->read, sent, sizeof sent);
    fan_format_bytes(transfer->lacking, all, sizeof all);
    snprintf(sender->error_path, sizeof sender->error_path, "%s", transfer->source);
    snprintf(sender->error, sizeof sender->error,
             "not sent completely, because %s; %s%s%s were read",
             transfer->fail_fast ? "a host failed (--fail-fast)" : "every host has failed", sent,
             transfer->lacking > 0 ? " of " : "", transfer->lacking > 0 ? all : "");
}

/* ---- callbacks ---- */

/*
 * How much of so many bytes at `offset` is to be read: if the section ends, no more than the frame.
 */
static size_t limit(const fan_copy_transfer *transfer, int64_t offset, size_t bytes)
{
    fan_copy_section *section = transfer->section;
    if (section == NULL)
        return bytes;
    section->cut = section->cut || fan_copy_section_ends(section, offset - section->start,
                                                         fan_copy_transfer_left(transfer));
    return section->cut ? MIN(bytes, fan_copy_sender_rest(transfer->sender, offset)) : bytes;
}

/* The end of all that is sent here. */
static int64_t end_here(fan_copy_transfer *transfer)
{
    transfer->section->cut = false;
    return 0;
}

static int64_t read_useful(fan_copy_transfer *transfer, int64_t at, void *buffer, size_t bytes)
{
    bool useless = is_useless(transfer);
    if (is_done_with(transfer))
        return end_here(transfer);
    return useless ? -1
                   : fan_copy_sender_read(transfer->sender, at, buffer, limit(transfer, at, bytes));
}

static MPI_Count read_some(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    fan_copy_transfer *transfer = state;
    fan_copy_sender *sender = transfer->sender;
    int64_t at = (int64_t)offset + (transfer->section != NULL ? transfer->section->start : 0);
    int64_t got = read_useful(transfer, at, buffer, bytes);
    if (got < 0 && sender->error[0] == '\0')
        explain_end(transfer);
    else if (got >= 0 && transfer->party->rank == 0 && !transfer->shared)
        fan_copy_progress_read(transfer->progress, transfer->before + sender->read, sender->files);
    return (MPI_Count)got;
}

static int read_all(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    return read_some(state, offset, buffer, bytes) == (MPI_Count)bytes ? 0 : -1;
}

/* With --fail-fast the others have to know what fails before they have all. */
static bool take(fan_copy_transfer *transfer, const void *buffer, size_t bytes)
{
    return fan_copy_receiver_give(transfer->receiver, buffer, bytes) &&
           (!transfer->fail_fast || fan_copy_receiver_wait(transfer->receiver));
}

static int write_piece(void *state, MPI_Count offset, const void *buffer, size_t bytes)
{
    fan_copy_transfer *transfer = state;
    (void)offset;
    transfer->has_failed = !take(transfer, buffer, bytes);
    if (transfer->has_failed)
        tell_failure(transfer);
    else
        fan_copy_progress_written(transfer->progress, transfer->receiver->taken);
    /* Where others read, too, what rank 0 has written is the best measure of progress. */
    if ((transfer->shared || transfer->root != 0) && transfer->party->rank == 0)
        fan_copy_progress_read(transfer->progress, transfer->receiver->taken,
                               transfer->sender->files);
    return transfer->has_failed;
}

/* ---- the stream ---- */

/* Two kinds of failure have been recorded where they happened. After any other all is lost. */
static bool check_stream(fan_copy_transfer *transfer, int code)
{
    int error_class = MPI_SUCCESS, length;
    if (code != MPI_SUCCESS)
        MPI_Error_class(code, &error_class);
    if (error_class == MPI_SUCCESS || error_class == fanout_error_class(FANOUT_ERR_SOURCE) ||
        error_class == fanout_error_class(FANOUT_ERR_SINK))
        return true;
    char text[MPI_MAX_ERROR_STRING];
    MPI_Error_string(code, text, &length);
    snprintf(transfer->lost, sizeof transfer->lost, "the transfer failed: %s", text);
    transfer->code = code;
    transfer->together = error_class == fanout_error_class(FANOUT_ERR_TIMEOUT);
    return false;
}

/* Several ranks read: each chunk is a frame, so no frame is read by two of them. */
static int stream_shared(fan_copy_transfer *transfer, fanout_sink_fn *sink)
{
    char chunk[24];
    MPI_Info info;
    snprintf(chunk, sizeof chunk, "%zu", sizeof(fan_copy_frame));
    MPI_Info_create(&info);
    MPI_Info_set(info, "fanout_shared_source", "1");
    MPI_Info_set(info, "fanout_chunk_bytes", chunk);
    int code =
        fanout_stream(transfer->bytes, read_all, sink, transfer, 0, transfer->party->stream, info);
    MPI_Info_free(&info);
    return code;
}

static int stream(fan_copy_transfer *transfer)
{
    bool takes = transfer->receiver != NULL && !transfer->has_failed;
    fanout_sink_fn *sink = takes ? write_piece : NULL;
    MPI_Comm comm = transfer->party->stream;
    if (transfer->shared)
        return stream_shared(transfer, sink);
    if (transfer->section == NULL && transfer->bytes >= 0)
        return fanout_stream(transfer->bytes, read_all, sink, transfer, transfer->root, comm,
                             MPI_INFO_NULL);
    MPI_Count bytes = 0;
    int code = fanout_stream_to_end(read_some, sink, transfer, transfer->root, comm, MPI_INFO_NULL,
                                    &bytes);
    transfer->bytes = (int64_t)bytes;
    return code;
}

bool fan_copy_transfer_run(fan_copy_transfer *transfer)
{
    transfer->sender->stop = is_useless;
    transfer->sender->stop_state = transfer;
    return check_stream(transfer, stream(transfer));
}

double fan_copy_transfer_left(const fan_copy_transfer *transfer)
{
    const fan_copy_sender *sender = transfer->sender;
    double left = (double)(transfer->lacking - transfer->before - sender->read);
    return sender->read == 0 ? left : left * (double)sender->frame_end / (double)sender->read;
}

void fan_copy_transfer_hear(fan_copy_transfer *transfer, int told)
{
    while (is_root(transfer) && transfer->heard < told)
        hear(transfer); /* so that no message is left */
    transfer->heard = 0;
    transfer->failed += told;
}

bool fan_copy_transfer_end(fan_copy_transfer *transfer)
{
    if (transfer->given_up)
        return false;
    if (is_root(transfer))
        fan_copy_sender_finish(transfer->sender);
    struct {
        int told, failed;
    } counts = {transfer->told, transfer->sender->error[0] != '\0'};
    MPI_Allreduce(MPI_IN_PLACE, &counts, 2, MPI_INT, MPI_SUM, transfer->party->talk);
    fan_copy_transfer_hear(transfer, counts.told);
    return counts.failed == 0;
}
