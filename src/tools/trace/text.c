/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/trace/text.h"

#include "base/units.h"
#include "tune/algorithm_names.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_STEPS = 40 };

/* Each call has a place of its own, for printf. */
static const char *seconds_text(double seconds)
{
    static char texts[8][32];
    static int next;
    next = (next + 1) % 8;
    return fan_format_seconds(seconds, texts[next], sizeof texts[next]);
}

static const char *bytes_text(int64_t bytes)
{
    static char texts[8][32];
    static int next;
    next = (next + 1) % 8;
    return fan_format_bytes(bytes, texts[next], sizeof texts[next]);
}

static double percent(double part, double whole)
{
    return whole > 0 ? 100 * part / whole : 0;
}

/* ---- the communicator ---- */

static int count_hosts(const fan_run *run)
{
    int hosts = 0;
    for (int rank = 0; rank < run->size; rank++) {
        bool first = run->ranks[rank].rank >= 0;
        for (int other = 0; first && other < rank; other++)
            first = strcmp(run->ranks[other].host, run->ranks[rank].host) != 0;
        hosts += first;
    }
    return hosts;
}

void fan_tracetool_print_run(const fan_run *run, size_t number)
{
    int known = 0;
    double error = 0;
    for (int rank = 0; rank < run->size; rank++) {
        const fan_record_rank *r = &run->ranks[rank];
        if (r->rank < 0)
            continue;
        known++;
        error = fmax(error, fmax(r->start_error, r->end_error));
    }
    printf("Communicator %zu: %d ranks on %d hosts, %zu broadcasts, %zu records; clocks compared "
           "to %s.\n",
           number, run->size, count_hosts(run), run->broadcast_count, run->transfer_count,
           seconds_text(error));
    if (known < run->size)
        printf("%d ranks have no records.\n", run->size - known);
    if (fan_run_lost(run) > 0)
        printf("%lld records are lost: the limit of memory, FANOUT_TRACE_BYTES, was reached.\n",
               (long long)fan_run_lost(run));
}

/* Indented. */
void fan_tracetool_print_explanation(const fan_run *run)
{
    if (run->explanation == NULL)
        return;
    printf("\nHow the library came to do the largest broadcast as it did:\n");
    for (const char *line = run->explanation; *line != '\0';) {
        int length = (int)strcspn(line, "\n");
        printf("  %.*s\n", length, line);
        line += length + (line[length] == '\n');
    }
}

void fan_tracetool_print_cast(const fan_cast *c)
{
    const fan_record_broadcast *b = c->how;
    printf("\nBroadcast %d: %s from rank %d in %s, ", b->number, bytes_text(c->bytes), b->root,
           seconds_text(c->end - c->begin));
    if (b->algorithm == FAN_AUTO)
        printf("through memory.\n");
    else
        printf("%s, %d subfile%s, chunks of %s, window %d%s.\n", fan_algorithm_names[b->algorithm],
               b->subfiles, b->subfiles == 1 ? "" : "s", bytes_text(b->chunk_bytes), b->window,
               b->overlap ? "" : ", overlap off");
}

/* ---- tables ---- */

static const char *end_name(const fan_judge_usage *u, const fan_run *run, int end, char text[80])
{
    if (u->ends_are_ranks)
        snprintf(text, 80, "%d %s", end, run->ranks[end].host);
    else
        snprintf(text, 80, "%s", run->ranks[end].host);
    return text;
}

void fan_tracetool_print_links(const fan_judge_usage *u, const fan_run *run)
{
    if (u->link_count == 0)
        return;
    printf("\n%-20s %-20s %12s %12s %9s %12s\n", "from", "to", "bytes", "active", "in use", "rate");
    for (size_t i = 0; i < u->link_count; i++) {
        const fan_judge_link *l = &u->links[i];
        char from[80], to[80];
        double rate = l->active > 0 ? (double)l->bytes / l->active : 0;
        printf("%-20.20s %-20.20s %12s %12s %7.1f %% %10s/s\n", end_name(u, run, l->from, from),
               end_name(u, run, l->to, to), bytes_text(l->bytes), seconds_text(l->active),
               percent(l->busy, l->active), bytes_text((int64_t)rate));
    }
}

static void print_rank(const fan_judge_usage *u, const fan_run *run, int rank)
{
    const fan_judge_rank_usage *r = &u->ranks[rank];
    int most = fan_judge_usage_waited_most(u, rank);
    printf("%5d %-16.16s %11s %9.1f %9.1f %9.1f %9.1f", rank, run->ranks[rank].host,
           seconds_text(r->time), percent(r->sending, r->time), percent(r->receiving, r->time),
           percent(r->both, r->time), percent(r->idle, r->time));
    if (most >= 0)
        printf("  rank %d, %s", most, seconds_text(r->waited[most]));
    printf("\n");
}

void fan_tracetool_print_ranks(const fan_judge_usage *u, const fan_run *run)
{
    printf("\n%5s %-16s %11s %9s %9s %9s %9s  %s\n", "rank", "host", "time", "sends %", "gets %",
           "both %", "idle %", "waited most for");
    for (int rank = 0; rank < u->size; rank++)
        if (run->ranks[rank].rank >= 0)
            print_rank(u, run, rank);
}

/* ---- the critical path ---- */

static void print_step(const fan_cast *c, const fan_judge_step *s)
{
    printf("  %11s .. %-11s ", seconds_text(s->begin - c->begin), seconds_text(s->end - c->begin));
    switch (s->kind) {
    case FAN_STEP_RECEIVED:
        printf("rank %d waited for %s at %s (subfile %d) from rank %d\n", s->rank,
               bytes_text(s->bytes), bytes_text(s->offset), s->subfile, s->peer);
        break;
    case FAN_STEP_BUSY:
        printf("rank %d had to finish %d send%s first\n", s->rank, s->sends,
               s->sends == 1 ? "" : "s");
        break;
    case FAN_STEP_FILLED:
        printf("rank %d waited for its source to provide %s at %s\n", s->rank, bytes_text(s->bytes),
               bytes_text(s->offset));
        break;
    case FAN_STEP_READ:
        printf("rank %d read what rank %d put into the memory of their node\n", s->rank, s->peer);
        break;
    }
}

void fan_tracetool_print_path(const fan_cast *c, const fan_judge_path *path)
{
    if (path->last < 0) {
        printf("It did not end.\n");
        return;
    }
    printf("Rank %d had everything last, after %s. From there back to the root:\n", path->last,
           seconds_text(fan_cast_whole(c, path->last)->end - c->begin));
    size_t shown = path->count > MOST_STEPS ? MOST_STEPS / 2 : path->count;
    for (size_t i = 0; i < shown; i++)
        print_step(c, &path->steps[i]);
    if (shown < path->count)
        printf("  ... %zu more ...\n", path->count - 2 * shown);
    for (size_t i = path->count - (shown < path->count ? shown : 0); i < path->count; i++)
        print_step(c, &path->steps[i]);
}
