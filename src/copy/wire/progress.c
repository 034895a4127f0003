/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/units.h"
#include "copy/job/mark.h"
#include "copy/job/memory.h"
#include "copy/job/printable.h"
#include "copy/survive/death.h"
#include "copy/wire/progress.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LAST_MESSAGE INT64_C(-1)

void fan_copy_progress_start(fan_copy_progress *progress, MPI_Comm comm, bool shown, FILE *terminal,
                             int64_t total, int64_t files, const fan_copy_outcome *outcomes)
{
    *progress = (fan_copy_progress){.comm = MPI_COMM_NULL, .sending = MPI_REQUEST_NULL};
    if (!shown)
        return;
    if (MPI_Comm_dup(comm, &progress->comm) != MPI_SUCCESS) {
        progress->comm = MPI_COMM_NULL;
        return;
    }
    MPI_Comm_rank(comm, &progress->rank);
    MPI_Comm_size(comm, &progress->size);
    progress->total = total;
    progress->files = files;
    progress->start = MPI_Wtime();
    /* Four times a second, but rank 0 gets at most 1000 messages a second. */
    progress->period = progress->size > 250 ? progress->size * 1e-3 : 0.25;
    progress->next = progress->start + progress->period;
    if (progress->rank != 0)
        return;
    progress->terminal = terminal;
    progress->outcomes = outcomes;
    progress->running = progress->size - 1;
    progress->written = fan_copy_allocate((size_t)progress->size, sizeof *progress->written);
    for (int i = 0; i < progress->size; i++)
        progress->written[i] = outcomes[i].writes ? 0 : LAST_MESSAGE;
}

static void receive_reports(fan_copy_progress *progress)
{
    MPI_Status status;
    while (progress->running > 0) {
        int waiting = 0;
        MPI_Iprobe(MPI_ANY_SOURCE, 0, progress->comm, &waiting, &status);
        if (!waiting || fan_copy_death_is_noted())
            return;
        int64_t bytes;
        MPI_Recv(&bytes, 1, MPI_INT64_T, status.MPI_SOURCE, 0, progress->comm, MPI_STATUS_IGNORE);
        progress->written[status.MPI_SOURCE] = bytes;
        progress->running -= bytes == LAST_MESSAGE;
    }
}

/* The rank that still writes and has written least, -1 if all have ended. */
static int slowest(const fan_copy_progress *progress)
{
    int least = -1;
    for (int i = 0; i < progress->size; i++)
        if (progress->written[i] >= 0 &&
            (least < 0 || progress->written[i] < progress->written[least]))
            least = i;
    return least;
}

static void draw_slowest(const fan_copy_progress *progress, double elapsed)
{
    int last = slowest(progress);
    if (last < 0 || progress->total == 0)
        return;
    double total = (double)progress->total;
    double written = (double)progress->written[last];
    if (written > 0)
        fprintf(progress->terminal, "  ETA %.0f s", (total - written) * elapsed / written);
    char host[24];
    fan_copy_printable(progress->outcomes[last].host, host, sizeof host);
    fprintf(progress->terminal, "  slowest %.20s %.0f %%", host, 100 * written / total);
}

int fan_copy_progress_percent(const fan_copy_progress *progress, int rank)
{
    int64_t all = progress->all, missing = progress->total - progress->written[rank];
    if (progress->written[rank] < 0 || all == 0)
        return progress->all == 0 ? 0 : 100;
    return (int)(100 * (double)(all - missing) / (double)all);
}

static void mark(const fan_copy_progress *progress)
{
    enum { LONGEST_NUMBER = 5 };
    char *text = fan_copy_allocate((size_t)progress->size + 1, LONGEST_NUMBER), *at = text;
    for (int i = 0; i < progress->size; i++)
        at += sprintf(at, "%c%d", i == 0 ? '[' : ',', fan_copy_progress_percent(progress, i));
    strcpy(at, "]");
    fan_copy_mark(FAN_COPY_MARK_AT, text);
    free(text);
}

void fan_copy_progress_of(fan_copy_progress *progress, int64_t all, bool marks)
{
    progress->marks = marks;
    progress->all = all;
}

static void draw(const fan_copy_progress *progress)
{
    double elapsed = MPI_Wtime() - progress->start;
    char size[16];
    fan_format_bytes(progress->read, size, sizeof size);
    fprintf(progress->terminal, "\r%10s", size);
    if (progress->total > 0)
        fprintf(progress->terminal, " %3.0f %%",
                100 * (double)progress->read / (double)progress->total);
    fprintf(progress->terminal, "  %.1f MB/s", (double)progress->read / 1e6 / elapsed);
    if (progress->files > 1)
        fprintf(progress->terminal, "  file %lld of %lld", (long long)progress->files_read,
                (long long)progress->files);
    draw_slowest(progress, elapsed);
    fputs("\033[K", progress->terminal);
    fflush(progress->terminal);
}

static void send_report(fan_copy_progress *progress, int64_t bytes)
{
    int gone;
    MPI_Test(&progress->sending, &gone, MPI_STATUS_IGNORE);
    if (!gone)
        return;
    progress->report = bytes;
    MPI_Isend(&progress->report, 1, MPI_INT64_T, 0, 0, progress->comm, &progress->sending);
}

static bool is_time(fan_copy_progress *progress)
{
    if (progress->comm == MPI_COMM_NULL)
        return false;
    double now = MPI_Wtime();
    if (now < progress->next)
        return false;
    progress->next = now + progress->period;
    return true;
}

static void show(fan_copy_progress *progress)
{
    receive_reports(progress);
    if (progress->terminal != NULL)
        draw(progress);
    if (progress->marks)
        mark(progress);
}

void fan_copy_progress_read(fan_copy_progress *progress, int64_t bytes, int64_t files)
{
    progress->read = bytes;
    progress->files_read = files;
    if (is_time(progress))
        show(progress);
}

void fan_copy_progress_written(fan_copy_progress *progress, int64_t bytes)
{
    if (progress->comm != MPI_COMM_NULL && progress->rank == 0)
        progress->written[0] = bytes;
    if (!is_time(progress))
        return;
    if (progress->rank == 0)
        show(progress);
    else
        send_report(progress, bytes);
}

/* A rank that has died, or has found out that one has, says nothing more. */
static void wait_for_all(fan_copy_progress *progress)
{
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    progress->written[0] = LAST_MESSAGE;
    while (progress->running > 0 && !fan_copy_death_has_shown(progress->comm)) {
        nanosleep(&pause, NULL);
        if (is_time(progress))
            show(progress);
        else
            receive_reports(progress);
    }
    if (progress->terminal != NULL) {
        fputs("\r\033[K", progress->terminal);
        fflush(progress->terminal);
    }
}

void fan_copy_progress_end(fan_copy_progress *progress)
{
    if (progress->comm == MPI_COMM_NULL)
        return;
    if (progress->rank == 0) {
        wait_for_all(progress);
    } else {
        int64_t last = LAST_MESSAGE;
        MPI_Wait(&progress->sending, MPI_STATUS_IGNORE);
        MPI_Send(&last, 1, MPI_INT64_T, 0, 0, progress->comm);
    }
    MPI_Comm_free(&progress->comm);
}

void fan_copy_progress_close(fan_copy_progress *progress)
{
    free(progress->written);
    progress->written = NULL;
}
