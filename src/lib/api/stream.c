/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "engine/engine.h"
#include "fanout.h"
#include "lib/call/streaming.h"
#include "lib/state/callback.h"

typedef struct callbacks {
    fanout_source_fn *source; /* of a stream of known length */
    fanout_reader_fn *reader; /* of one to its end */
    fanout_sink_fn *sink;
    void *state;
} callbacks;

enum { FAILED = -1 };

static int64_t fill_from_source(void *state, int64_t offset, void *piece, int64_t bytes)
{
    const callbacks *c = state;
    fan_callback_begin();
    bool good = c->source != NULL && c->source(c->state, offset, piece, (size_t)bytes) == 0;
    fan_callback_end();
    return good ? bytes : FAILED;
}

static int64_t fill_from_reader(void *state, int64_t offset, void *piece, int64_t bytes)
{
    const callbacks *c = state;
    fan_callback_begin();
    MPI_Count read = c->reader == NULL ? FAILED : c->reader(c->state, offset, piece, (size_t)bytes);
    fan_callback_end();
    return read <= bytes ? read : FAILED;
}

static int drain(void *state, int64_t offset, const void *piece, int64_t bytes)
{
    const callbacks *c = state;
    fan_callback_begin();
    int code = c->sink(c->state, offset, piece, (size_t)bytes);
    fan_callback_end();
    return code;
}

static fan_store store_of(callbacks *c,
                          int64_t (*fill)(void *state, int64_t offset, void *piece, int64_t bytes))
{
    return (fan_store){.fill = fill, .drain = c->sink == NULL ? NULL : drain, .state = c};
}

fanout_kept *fanout_stream_keep(const void *buffer)
{
    return (fanout_kept *)fan_engine_keep(buffer);
}

void fanout_stream_release(fanout_kept *kept)
{
    fan_kept_release((fan_kept *)kept);
}

int fanout_stream(MPI_Count bytes, fanout_source_fn *source, fanout_sink_fn *sink, void *state,
                  int root, MPI_Comm comm, MPI_Info info)
{
    callbacks c = {.source = source, .sink = sink, .state = state};
    fan_streaming s = {.bytes = bytes < FAN_UNKNOWN_LENGTH ? bytes : -1,
                       .root = root,
                       .comm = comm,
                       .info = info,
                       .store = store_of(&c, fill_from_source)};
    return fan_streaming_run(&s);
}

int fanout_stream_to_end(fanout_reader_fn *reader, fanout_sink_fn *sink, void *state, int root,
                         MPI_Comm comm, MPI_Info info, MPI_Count *bytes)
{
    callbacks c = {.reader = reader, .sink = sink, .state = state};
    int64_t length = 0;
    fan_streaming s = {.bytes = FAN_UNKNOWN_LENGTH,
                       .length = &length,
                       .root = root,
                       .comm = comm,
                       .info = info,
                       .store = store_of(&c, fill_from_reader)};
    int code = fan_streaming_run(&s);
    *bytes = length;
    return code;
}
