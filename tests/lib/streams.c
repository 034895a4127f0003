/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/lib/streams.h"

#include <stdint.h>
#include <unistd.h>

/* Content that depends on the offset in a way that shifted or swapped chunks do not reproduce. */
static uint64_t word_at(MPI_Count offset)
{
    return ((uint64_t)offset / 8 + 1) * 0x9e3779b97f4a7c15u;
}

static unsigned char byte_at(MPI_Count offset)
{
    return (unsigned char)(word_at(offset) >> (8 * (offset % 8)));
}

void put_content(MPI_Count offset, unsigned char *out, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        out[i] = byte_at(offset + (MPI_Count)i);
}

int produce(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    stream *s = state;
    bool failed_before = s->source_fails_at >= 0 && s->produced > s->source_fails_at;
    s->good = s->good && offset == s->produced && !failed_before;
    s->produced += (MPI_Count)bytes;
    if (s->source_fails_at >= 0 && s->produced > s->source_fails_at)
        return -1;
    put_content(offset, buffer, bytes);
    return 0;
}

MPI_Count read_some(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    stream *s = state;
    MPI_Count left = s->length - offset;
    MPI_Count more = left < (MPI_Count)bytes ? left : (MPI_Count)bytes;
    s->good = s->good && !s->ended;
    s->ended = more < (MPI_Count)bytes;
    return produce(state, offset, buffer, (size_t)more) == 0 ? more : -1;
}

int consume(void *state, MPI_Count offset, const void *buffer, size_t bytes)
{
    stream *s = state;
    s->good = s->good && offset == s->consumed;
    s->consumed += (MPI_Count)bytes;
    const unsigned char *in = buffer;
    for (size_t i = 0; i < bytes; i++)
        s->good = s->good && in[i] == byte_at(offset + (MPI_Count)i);
    if (s->sink_pause_ms > 0)
        usleep((useconds_t)s->sink_pause_ms * 1000);
    return s->sink_fails ? -1 : 0;
}

stream make_stream(MPI_Count length)
{
    return (stream){.length = length, .source_fails_at = -1, .good = true};
}
