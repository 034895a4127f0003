/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "pmpi/shim/stats.h"

#include "base/clock.h"
#include "base/units.h"
#include "tune/variables.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char *const outcome_texts[FAN_OUTCOMES] = {
    [FAN_TAKEN_OVER] = "taken over",
    [FAN_TAKEN_OVER_NONBLOCKING] = "taken over: nonblocking",
    [FAN_STAGED] = "taken over, device memory through a copy",
    [FAN_SMALL] = "passed through: below min_bytes",
    [FAN_ONE_RANK] = "passed through: one rank",
    [FAN_INTERCOMM] = "passed through: intercommunicator",
    [FAN_STRANGERS] = "passed through: ranks that may be without the shim",
    [FAN_DEVICE_MEMORY] = "passed through: device memory",
    [FAN_NONBLOCKING] = "passed through: nonblocking",
    [FAN_PERSISTENT] = "passed through: persistent, made (not started)",
    [FAN_WRONG_ARGUMENT] = "passed through: wrong argument",
    [FAN_NOT_INITIALISED] = "passed through: no MPI_Init, or after MPI_Finalize",
};

/* A size belongs to the first class whose limit it is below. */
static const int64_t limits[] = {1 << 10, 1 << 16, 1 << 20, 1 << 24, INT64_MAX};
enum { CLASSES = sizeof limits / sizeof limits[0] };

typedef struct counter {
    _Atomic int64_t calls;
    _Atomic int64_t bytes;
    _Atomic int64_t nanoseconds;
} counter;

static counter counters[FAN_OUTCOMES][CLASSES];

bool fan_stats_wanted(void)
{
    static _Atomic int wanted = -1;
    int known = atomic_load_explicit(&wanted, memory_order_relaxed);
    if (known < 0) {
        known = fan_variable_wants_stats();
        atomic_store_explicit(&wanted, known, memory_order_relaxed);
    }
    return known;
}

void fan_stats_add(fan_stats_outcome outcome, int64_t bytes, double seconds)
{
    int size_class = 0;
    while (size_class < CLASSES - 1 && bytes >= limits[size_class])
        size_class++;
    counter *c = &counters[outcome][size_class];
    atomic_fetch_add_explicit(&c->calls, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&c->bytes, bytes, memory_order_relaxed);
    atomic_fetch_add_explicit(&c->nanoseconds, (int64_t)(seconds * 1e9), memory_order_relaxed);
}

static void print_row(FILE *stream, int outcome, int size_class)
{
    const counter *c = &counters[outcome][size_class];
    char size[32], limit[16], time[16];
    if (c->calls == 0)
        return;
    if (size_class < CLASSES - 1)
        snprintf(size, sizeof size, "< %s",
                 fan_format_bytes(limits[size_class], limit, sizeof limit));
    else
        snprintf(size, sizeof size, ">= %s",
                 fan_format_bytes(limits[size_class - 1], limit, sizeof limit));
    fprintf(stream, "fanout: %-12s %10" PRId64 " %16" PRId64 " %11s  %s\n", size, c->calls,
            c->bytes, fan_format_seconds(1e-9 * (double)c->nanoseconds, time, sizeof time),
            outcome_texts[outcome]);
}

/* In one piece, because the launcher mixes the output of ranks. */
void fan_stats_print(void)
{
    char *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    if (stream == NULL)
        return;
    fprintf(
        stream,
        "fanout: broadcasts in which rank 0 of MPI_COMM_WORLD took part, and its time in them\n");
    fprintf(stream, "fanout: %-12s %10s %16s %11s  %s\n", "bytes each", "calls", "bytes", "time",
            "what was done");
    for (int outcome = 0; outcome < FAN_OUTCOMES; outcome++)
        for (int size_class = 0; size_class < CLASSES; size_class++)
            print_row(stream, outcome, size_class);
    if (fclose(stream) == 0)
        fputs(text, stderr);
    free(text);
}
