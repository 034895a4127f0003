/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "trace/judge/check.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const char *const fan_judge_behaviour_names[FAN_BEHAVIOURS] = {
    [FAN_PARTITION] = "partition",
    [FAN_DISJOINT] = "disjoint subfiles",
    [FAN_INSIDE] = "overlap inside the group",
    [FAN_BETWEEN] = "overlap between groups",
    [FAN_DESCRIPTORS] = "descriptors at once",
    [FAN_SECONDARY] = "secondary after completion",
};

__attribute__((format(printf, 2, 3))) static fan_judgement judge(fan_judge_finding finding,
                                                                 const char *format, ...)
{
    fan_judgement j = {.finding = finding};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(j.text, sizeof j.text, format, arguments);
    va_end(arguments);
    return j;
}

/* ---- bytes that are covered ---- */

typedef struct piece {
    int64_t offset, bytes;
} piece;

static int by_offset(const void *a, const void *b)
{
    const piece *x = a, *y = b;
    return (x->offset > y->offset) - (x->offset < y->offset);
}

/* The first byte that is not covered exactly once: the length of the data if all of them are. */
static int64_t first_wrong(piece *pieces, size_t count)
{
    int64_t covered = 0;
    qsort(pieces, count, sizeof *pieces, by_offset);
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].bytes == 0)
            continue;
        if (pieces[i].offset != covered)
            return pieces[i].offset < covered ? pieces[i].offset : covered;
        covered += pieces[i].bytes;
    }
    return covered;
}

/* ---- partition ---- */

/* A rank that is not the root may read a part itself, where all can read the source. */
static bool brings_data(const fan_transfer *t)
{
    return fan_transfer_ended(t) &&
           (t->kind == FAN_TRANSFER_RECEIVE || t->kind == FAN_TRANSFER_MEMORY ||
            t->kind == FAN_TRANSFER_FILL);
}

static size_t collect(const fan_cast *c, int rank, piece *pieces)
{
    size_t count = 0;
    for (size_t i = c->first[rank]; i < c->first[rank + 1]; i++)
        if (brings_data(&c->transfers[i]))
            pieces[count++] = (piece){c->transfers[i].offset, c->transfers[i].bytes};
    return count;
}

static fan_judgement check_partition(const fan_cast *c, piece *pieces)
{
    size_t total = 0;
    for (int rank = 0; rank < c->run->size; rank++) {
        if (rank == c->how->root)
            continue;
        size_t count = collect(c, rank, pieces);
        int64_t wrong = first_wrong(pieces, count);
        if (wrong != c->bytes)
            return judge(FAN_MISSING,
                         "rank %d did not get byte %lld of %lld exactly once, in %zu pieces", rank,
                         (long long)wrong, (long long)c->bytes, count);
        total += count;
    }
    return judge(FAN_HOLDS,
                 "each of %d ranks got all %lld bytes exactly once, in %zu pieces together",
                 c->run->size - 1, (long long)c->bytes, total);
}

/* ---- disjoint subfiles ---- */

static bool is_scatter(const fan_transfer *t)
{
    return t->kind == FAN_TRANSFER_SEND && t->hop == FAN_HOP_SCATTER;
}

/* To how many ranks, or -1 if a subfile goes to more than one. */
static int scatter_receivers(const fan_cast *c, int *owner)
{
    int receivers = 0;
    for (int subfile = 0; subfile < c->how->subfiles; subfile++)
        owner[subfile] = -1;
    for (size_t i = 0; i < c->count; i++) {
        const fan_transfer *t = &c->transfers[i];
        if (!is_scatter(t) || t->subfile >= c->how->subfiles)
            continue;
        if (owner[t->subfile] >= 0 && owner[t->subfile] != t->peer)
            return -1;
        owner[t->subfile] = t->peer;
    }
    for (int subfile = 0; subfile < c->how->subfiles; subfile++) {
        bool first = owner[subfile] >= 0;
        for (int other = 0; first && other < subfile; other++)
            first = owner[other] != owner[subfile];
        receivers += first;
    }
    return receivers;
}

static fan_judgement check_disjoint(const fan_cast *c, piece *pieces)
{
    size_t count = 0;
    if (c->how->subfiles < 2)
        return judge(FAN_NOT_APPLICABLE, "only one subfile");
    for (size_t i = 0; i < c->count; i++)
        if (is_scatter(&c->transfers[i]))
            pieces[count++] = (piece){c->transfers[i].offset, c->transfers[i].bytes};
    if (count == 0)
        return judge(FAN_NOT_APPLICABLE, "the root sends nothing");
    int64_t wrong = first_wrong(pieces, count);
    if (wrong != c->bytes)
        return judge(FAN_MISSING, "the root did not send byte %lld of %lld exactly once",
                     (long long)wrong, (long long)c->bytes);
    int *owner = malloc((size_t)c->how->subfiles * sizeof *owner);
    int receivers = owner == NULL ? 0 : scatter_receivers(c, owner);
    free(owner);
    if (receivers < 2)
        return judge(FAN_MISSING, "the root sent %s",
                     receivers < 0 ? "one subfile to several ranks" : "all to one rank");
    return judge(FAN_HOLDS, "the root sent each of %lld bytes once: %d subfiles to %d ranks",
                 (long long)c->bytes, c->how->subfiles, receivers);
}

/* ---- overlap ---- */

typedef struct subfile_times {
    double first_send, last_receive;
    int received; /* messages */
} subfile_times;

static void time_subfiles(const fan_cast *c, int rank, fan_transfer_hop hop, subfile_times *times)
{
    for (int subfile = 0; subfile < c->how->subfiles; subfile++)
        times[subfile] = (subfile_times){.first_send = INFINITY, .last_receive = -INFINITY};
    for (size_t i = c->first[rank]; i < c->first[rank + 1]; i++) {
        const fan_transfer *t = &c->transfers[i];
        if (t->subfile < 0 || t->subfile >= c->how->subfiles)
            continue;
        subfile_times *of = &times[t->subfile];
        if (t->kind == FAN_TRANSFER_SEND && t->hop == hop)
            of->first_send = fmin(of->first_send, t->begin);
        if (t->kind == FAN_TRANSFER_RECEIVE && fan_transfer_ended(t)) {
            of->last_receive = fmax(of->last_receive, t->end);
            of->received++;
        }
    }
}

/* A subfile of one message cannot be sent on before it is complete. */
static fan_judgement check_overlap(const fan_cast *c, fan_transfer_hop hop, const char *to)
{
    int early = 0, all = 0;
    subfile_times *times = malloc((size_t)c->how->subfiles * sizeof *times);
    for (int rank = 0; times != NULL && rank < c->run->size; rank++) {
        time_subfiles(c, rank, hop, times);
        for (int subfile = 0; subfile < c->how->subfiles; subfile++) {
            bool counts = times[subfile].received > 1 && isfinite(times[subfile].first_send);
            all += counts;
            early += counts && times[subfile].first_send < times[subfile].last_receive;
        }
    }
    free(times);
    if (all == 0)
        return judge(FAN_NOT_APPLICABLE, "no rank sends subfiles of several chunks on to %s", to);
    return judge(2 * early >= all ? FAN_HOLDS : FAN_MISSING,
                 "%d of %d subfiles that ranks sent on to %s were still being received", early, all,
                 to);
}

/* ---- descriptors ---- */

typedef struct scatter {
    double begin, end; /* of what the root sends of a subfile */
    int messages;
} scatter;

static void time_scatter(const fan_cast *c, scatter *of)
{
    for (int subfile = 0; subfile < c->how->subfiles; subfile++)
        of[subfile] = (scatter){.begin = INFINITY, .end = -INFINITY};
    for (size_t i = 0; i < c->count; i++) {
        const fan_transfer *t = &c->transfers[i];
        if (!is_scatter(t) || t->subfile >= c->how->subfiles || !fan_transfer_ended(t))
            continue;
        of[t->subfile].begin = fmin(of[t->subfile].begin, t->begin);
        of[t->subfile].end = fmax(of[t->subfile].end, t->end);
        of[t->subfile].messages++;
    }
}

/* Whether there is a time at which some of each subfile has been sent and some has not. */
static fan_judgement judge_scatter(const fan_cast *c, const scatter *of, int receivers)
{
    double last_begin = -INFINITY, first_end = INFINITY;
    int sent = 0, longest = 0;
    for (int subfile = 0; subfile < c->how->subfiles; subfile++) {
        if (of[subfile].messages == 0)
            continue;
        sent++;
        longest = of[subfile].messages > longest ? of[subfile].messages : longest;
        last_begin = fmax(last_begin, of[subfile].begin);
        first_end = fmin(first_end, of[subfile].end);
    }
    if (receivers < sent || sent < 2)
        return judge(FAN_MISSING, "the root sent %d subfiles of descriptors to %d ranks", sent,
                     receivers);
    if (longest < 2)
        return judge(FAN_NOT_APPLICABLE, "no subfile has several chunks");
    return judge(last_begin < first_end ? FAN_HOLDS : FAN_MISSING,
                 "the root sent different ones of %d descriptors to %d ranks, %s",
                 c->how->descriptors, receivers,
                 last_begin < first_end ? "all at the same time" : "one after the other");
}

static fan_judgement check_descriptors(const fan_cast *c)
{
    if (c->how->descriptors == 0)
        return judge(FAN_NOT_APPLICABLE, "subfiles are not descriptors");
    if (c->how->subfiles < 2)
        return judge(FAN_NOT_APPLICABLE, "only one subfile");
    scatter *of = malloc((size_t)c->how->subfiles * sizeof *of);
    int *owner = malloc((size_t)c->how->subfiles * sizeof *owner);
    fan_judgement j = judge(FAN_MISSING, "out of memory");
    if (of != NULL && owner != NULL) {
        time_scatter(c, of);
        j = judge_scatter(c, of, scatter_receivers(c, owner));
    }
    free(of);
    free(owner);
    return j;
}

/* ---- secondary groups ---- */

static fan_judgement check_secondary(const fan_cast *c)
{
    int sends = 0, early = 0;
    if (c->how->secondary_groups == 0)
        return judge(FAN_NOT_APPLICABLE, "no secondary group");
    for (size_t i = 0; i < c->count; i++) {
        const fan_transfer *t = &c->transfers[i];
        if (t->kind != FAN_TRANSFER_SEND || t->hop != FAN_HOP_SECONDARY)
            continue;
        const fan_transfer *whole = fan_cast_whole(c, t->rank);
        sends++;
        early += whole == NULL || !fan_transfer_ended(whole) || t->begin < whole->end;
    }
    return judge(sends > 0 && early == 0 ? FAN_HOLDS : FAN_MISSING,
                 "of %d sends to %d secondary groups, %d began before their rank had everything",
                 sends, c->how->secondary_groups, early);
}

/* ---- */

static int first_unknown(const fan_run *run)
{
    int rank = 0;
    while (rank < run->size && run->ranks[rank].rank >= 0)
        rank++;
    return rank;
}

static fan_judgement check_bytes(const fan_cast *c, fan_judge_behaviour behaviour)
{
    piece *pieces = malloc((c->count + 1) * sizeof *pieces);
    if (pieces == NULL)
        return judge(FAN_MISSING, "out of memory");
    fan_judgement j =
        behaviour == FAN_PARTITION ? check_partition(c, pieces) : check_disjoint(c, pieces);
    free(pieces);
    return j;
}

fan_judgement fan_judge_check(const fan_cast *c, fan_judge_behaviour behaviour)
{
    int unknown = first_unknown(c->run);
    if (unknown < c->run->size)
        return judge(FAN_MISSING, "unknown: the trace has no records of rank %d", unknown);
    if (fan_run_lost(c->run) > 0)
        return judge(FAN_MISSING, "unknown: %lld transfers are lost",
                     (long long)fan_run_lost(c->run));
    switch (behaviour) {
    case FAN_PARTITION:
    case FAN_DISJOINT: return check_bytes(c, behaviour);
    case FAN_INSIDE: return check_overlap(c, FAN_HOP_EXCHANGE, "ranks that keep them");
    case FAN_BETWEEN: return check_overlap(c, FAN_HOP_FORWARD, "ranks that send them on");
    case FAN_DESCRIPTORS: return check_descriptors(c);
    case FAN_SECONDARY: return check_secondary(c);
    case FAN_BEHAVIOURS: break;
    }
    return judge(FAN_MISSING, "unknown behaviour");
}
