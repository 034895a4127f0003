/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/copy.h"
#include "copy/destination.h"
#include "copy/progress.h"
#include "copy/report.h"
#include "copy/source.h"
#include "copy/stop.h"
#include "copy/terminal.h"
#include "fanout.h"

#include <stdio.h>
#include <string.h>

typedef struct copy {
    const fan_copy_options *options;
    const fan_copy_ranks *ranks;
    fan_copy_header header;
    fan_copy_outcome outcome;
    fan_copy_destination destination;
    fan_copy_progress progress;

    /* On rank 0. */
    fan_copy_source source;
    fan_copy_report report;
    FILE *terminal;
} copy;

/* What rank 0 says when the stream has ended. */
typedef struct verdict {
    bool complete;
    char hash[FAN_COPY_DIGEST_TEXT];
} verdict;

static bool is_root(const copy *c)
{
    return c->ranks->rank == 0;
}

static FILE *progress_stream(const fan_copy_options *options)
{
    if (options->quiet || options->progress == FAN_COPY_SHOW_NEVER)
        return NULL;
    return options->progress == FAN_COPY_SHOW_ALWAYS ? stderr : fan_copy_terminal_open();
}

/* Rank 0 looks at the source, all learn what it is. False if there is nothing to copy. */
static bool announce(copy *c)
{
    memset(&c->header, 0, sizeof c->header);
    if (is_root(c) && fan_copy_report_open(&c->report, c->options, c->ranks->size)) {
        if (!fan_copy_source_open(&c->source, c->options->source, &c->header))
            fan_copy_report_error(&c->report, c->options->source, c->source.error);
        c->report.bytes = c->header.bytes;
        c->terminal = progress_stream(c->options);
        c->header.progress = c->terminal != NULL && c->header.bytes > 0;
    }
    MPI_Bcast(&c->header, sizeof c->header, MPI_BYTE, 0, c->ranks->writers);
    return c->header.usable;
}

/* A wrong FANOUT_ variable is known here, on all ranks alike, before anything is written. */
static bool attach(copy *c)
{
    char text[MPI_MAX_ERROR_STRING];
    int length;
    int code = fanout_comm_attach(c->ranks->stream, MPI_INFO_NULL);
    if (code == MPI_SUCCESS)
        return true;
    MPI_Error_string(code, text, &length);
    if (is_root(c))
        fan_copy_report_error(&c->report, c->options->source, text);
    return false;
}

static void gather(copy *c)
{
    fan_copy_outcomes_gather(&c->outcome, is_root(c) ? c->report.outcomes : NULL,
                             c->ranks->writers);
    if (is_root(c))
        fan_copy_report_failures(&c->report);
}

/* Every rank prepares its file before the first byte moves. False if nobody is left to write. */
static bool prepare(copy *c)
{
    fan_copy_outcome_init(&c->outcome, c->ranks->world_rank);
    fan_copy_destination_prepare(&c->destination, c->options, &c->header, c->ranks->on_source_node,
                                 &c->outcome);
    gather(c);
    if (is_root(c))
        fan_copy_report_notes(&c->report);
    int writing = c->outcome.writes;
    MPI_Allreduce(MPI_IN_PLACE, &writing, 1, MPI_INT, MPI_LOR, c->ranks->writers);
    return writing;
}

static int read_piece(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    copy *c = state;
    int failed = fan_copy_source_read(&c->source, offset, buffer, bytes);
    if (failed == 0)
        fan_copy_progress_read(&c->progress, (int64_t)offset + (int64_t)bytes);
    return failed;
}

static int write_piece(void *state, MPI_Count offset, const void *buffer, size_t bytes)
{
    copy *c = state;
    int failed = fan_copy_destination_write(&c->destination, offset, buffer, bytes);
    if (failed == 0)
        fan_copy_progress_written(&c->progress, (int64_t)offset + (int64_t)bytes);
    return failed;
}

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

static void transfer(copy *c)
{
    fan_copy_progress_start(&c->progress, c->ranks->writers, c->header.progress, c->terminal,
                            c->header.bytes, c->report.outcomes);
    check_stream(fanout_stream(c->header.bytes, read_piece, c->outcome.writes ? write_piece : NULL,
                               c, 0, c->ranks->stream, MPI_INFO_NULL));
    fan_copy_progress_end(&c->progress);
}

static verdict judge(copy *c)
{
    verdict v = {.complete = true};
    if (is_root(c)) {
        v.complete = c->source.error[0] == '\0';
        fan_copy_digest_text(c->source.hash, v.hash);
        if (v.complete)
            memcpy(c->report.hash, v.hash, sizeof v.hash);
        else
            fan_copy_report_error(&c->report, c->options->source, c->source.error);
    }
    MPI_Bcast(&v, sizeof v, MPI_BYTE, 0, c->ranks->writers);
    return v;
}

static void deliver(copy *c)
{
    MPI_Barrier(c->ranks->writers);
    double start = MPI_Wtime();
    transfer(c);
    verdict v = judge(c);
    if (v.complete && c->outcome.writes && c->outcome.error[0] == '\0')
        fan_copy_destination_finish(&c->destination, &c->header, v.hash);
    fan_copy_destination_close(&c->destination);
    if (c->outcome.writes)
        c->outcome.seconds = MPI_Wtime() - start;
    gather(c);
}

static int finish_report(copy *c)
{
    bool all = c->header.usable && fan_copy_report_whole(&c->report) == c->report.size;
    bool reported = fan_copy_report_end(&c->report);
    fan_copy_source_close(&c->source);
    if (c->terminal != NULL && c->terminal != stderr)
        fclose(c->terminal);
    return all && reported ? 0 : 1;
}

int fan_copy_run(const fan_copy_options *options, const fan_copy_ranks *ranks)
{
    copy c = {.options = options, .ranks = ranks, .source.fd = -1};
    if (announce(&c) && attach(&c) && prepare(&c))
        deliver(&c);
    return is_root(&c) ? finish_report(&c) : 0;
}
