/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Loaded with LD_PRELOAD into fanout-copy by its tests: stands between it and fanout_stream.
 *
 * FANOUT_DISTURB_PAUSE=MICROSECONDS  a slow source: wait before each piece
 * FANOUT_DISTURB_CORRUPT=1           a bad network: change each piece that arrives
 * FANOUT_DISTURB_PEAK=FILE           write the peak resident memory in KiB to FILE at the end
 */
#define _GNU_SOURCE
#include "fanout.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

typedef int stream_function(MPI_Count, fanout_source_fn *, fanout_sink_fn *, void *, int, MPI_Comm,
                            MPI_Info);

static struct {
    fanout_source_fn *source;
    fanout_sink_fn *sink;
    void *state;
    useconds_t pause;
} real;

static int slow_source(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    (void)state;
    usleep(real.pause);
    return real.source(real.state, offset, buffer, bytes);
}

static int corrupting_sink(void *state, MPI_Count offset, const void *buffer, size_t bytes)
{
    (void)state;
    char *copy = malloc(bytes);
    if (copy == NULL)
        return -1;
    memcpy(copy, buffer, bytes);
    copy[0] = (char)~copy[0];
    int result = real.sink(real.state, offset, copy, bytes);
    free(copy);
    return result;
}

int fanout_stream(MPI_Count bytes, fanout_source_fn *source, fanout_sink_fn *sink, void *state,
                  int root, MPI_Comm comm, MPI_Info info)
{
    union {
        void *object;
        stream_function *function;
    } next = {dlsym(RTLD_NEXT, "fanout_stream")};
    const char *pause_text = getenv("FANOUT_DISTURB_PAUSE");
    real.source = source;
    real.sink = sink;
    real.state = state;
    real.pause = pause_text == NULL ? 0 : (useconds_t)atoi(pause_text);
    if (getenv("FANOUT_DISTURB_CORRUPT") != NULL && sink != NULL)
        sink = corrupting_sink;
    return next.function(bytes, slow_source, sink, state, root, comm, info);
}

__attribute__((destructor)) static void write_peak(void)
{
    const char *path = getenv("FANOUT_DISTURB_PEAK");
    struct rusage usage;
    if (path == NULL || getrusage(RUSAGE_SELF, &usage) != 0)
        return;
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return;
    fprintf(file, "%ld\n", usage.ru_maxrss);
    fclose(file);
}
