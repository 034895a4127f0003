/* SPDX-License-Identifier: BSD-3-Clause */
/** @file streams.h  A stream whose content depends on the offset, and callbacks that check it. */
#ifndef FAN_TESTS_STREAMS_H
#define FAN_TESTS_STREAMS_H

#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct stream {
    MPI_Count length;
    MPI_Count produced, consumed; /* bytes so far; offsets must come in order */
    MPI_Count source_fails_at;    /* or -1 */
    bool sink_fails;
    int sink_pause_ms;
    MPI_Count next; /* the least offset that may be asked for */
    bool ended;     /* the source has said so */
    bool good;
} stream;

/** What is at these offsets. */
void put_content(MPI_Count offset, unsigned char *out, size_t bytes);

/** A source, for fanout_stream. Its state is a stream, as that of the next two. */
int produce(void *state, MPI_Count offset, void *buffer, size_t bytes);

/** A source, for fanout_stream_to_end. */
MPI_Count read_some(void *state, MPI_Count offset, void *buffer, size_t bytes);

/** A sink. */
int consume(void *state, MPI_Count offset, const void *buffer, size_t bytes);

/** One that does not fail. */
stream make_stream(MPI_Count length);

#endif
