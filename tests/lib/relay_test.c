/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A stream to its end through a rank that relays it into a ring which nobody reads yet: the closing
 * piece must wait for a cell without keeping the nonblocking broadcast from its progress for which
 * the reader waits first. Ranks 0 and 1 are on one host, 2 and 3 on another.
 */
#include "config.h"

#include "fanout.h"
#include "tests/common/tap.h"

#include <string.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024, CHUNKS_MOST = 65, BYTES = 3000000, HEAD_START_US = 300 * 1000 };

static int rank;

static char value(MPI_Count i)
{
    return (char)(i * 11 + (i >> 16));
}

typedef struct stream {
    MPI_Count length, consumed;
    bool is_right;
} stream;

static MPI_Count read_some(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    const stream *s = state;
    MPI_Count left = s->length - offset, count = left < (MPI_Count)bytes ? left : (MPI_Count)bytes;
    for (MPI_Count i = 0; i < count; i++)
        ((char *)buffer)[i] = value(offset + i);
    return count;
}

static int consume(void *state, MPI_Count offset, const void *buffer, size_t bytes)
{
    stream *s = state;
    for (size_t i = 0; i < bytes; i++)
        s->is_right = s->is_right && ((const char *)buffer)[i] == value(offset + (MPI_Count)i);
    s->consumed += (MPI_Count)bytes;
    return 0;
}

/* Two communicators with ranks 2 and 3 in both. */
typedef struct setting {
    MPI_Comm streams, others;
    MPI_Info info;
    char *data;
    fanout_request request;
} setting;

static MPI_Comm make_comm(int without)
{
    MPI_Comm comm;
    MPI_Comm_split(MPI_COMM_WORLD, rank == without ? MPI_UNDEFINED : 0, rank, &comm);
    return comm;
}

static bool run_stream(setting *s, MPI_Count length)
{
    stream state = {.length = length, .is_right = true};
    MPI_Count end;
    int code = fanout_stream_to_end(read_some, consume, &state, 0, s->streams, s->info, &end);
    return code == MPI_SUCCESS && end == length && state.consumed == length && state.is_right;
}

static bool start(setting *s)
{
    for (int i = 0; i < BYTES; i++)
        s->data[i] = rank == 1 ? value(i) : 0;
    return fanout_ibcast(s->data, BYTES, MPI_CHAR, 0, s->others, &s->request) == MPI_SUCCESS;
}

static bool wait(setting *s)
{
    bool good = fanout_wait(&s->request) == MPI_SUCCESS;
    for (int i = 0; i < BYTES; i++)
        good = good && s->data[i] == value(i);
    return good;
}

static bool run(setting *s, MPI_Count length)
{
    switch (rank) {
    case 0: return run_stream(s, length);
    case 1: usleep(HEAD_START_US); return start(s) && wait(s);
    case 2: return start(s) && run_stream(s, length) && wait(s);
    default: return start(s) && wait(s) && run_stream(s, length);
    }
}

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    setting s = {.streams = make_comm(1), .others = make_comm(0), .data = malloc(BYTES)};
    MPI_Info_create(&s.info);
    MPI_Info_set(s.info, "fanout_chunk_bytes", "64K");
    bool good = rank == 1 || run_stream(&s, CHUNK); /* first calls wait for each other */
    good = rank == 0 || (start(&s) && wait(&s) && good);
    tap_ok(good, "each for itself");
    static const int chunks[] = {8, 29, 30, 31, 32, 33, 64, CHUNKS_MOST};
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++)
        tap_ok(run(&s, (MPI_Count)chunks[i] * CHUNK), "a stream of %d chunks", chunks[i]);
    for (int half = 1; half < CHUNKS_MOST; half += 31)
        tap_ok(run(&s, (MPI_Count)half * CHUNK / 2), "a stream of %d half chunks", half);
    MPI_Info_free(&s.info);
    free(s.data);
    if (s.streams != MPI_COMM_NULL)
        MPI_Comm_free(&s.streams);
    if (s.others != MPI_COMM_NULL)
        MPI_Comm_free(&s.others);
    return tap_end();
}
