/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/differential/stream.h"

#include "fanout.h"
#include "tests/differential/settings.h"
#include "tests/differential/watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/param.h>

enum { SERIES_STREAM = 300 };

typedef struct stream {
    content content;
    const team *team;
    int root;
    bool to_end, is_shared, has_sink;
    int64_t chunk;
    MPI_Count consumed;
    bool is_right;
} stream;

static int produce(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    const stream *s = state;
    unsigned char *to = buffer;
    for (size_t i = 0; i < bytes; i++)
        to[i] = content_byte(&s->content, (size_t)offset + i);
    return 0;
}

static MPI_Count read_piece(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    const stream *s = state;
    size_t left = s->content.bytes - (size_t)offset;
    produce(state, offset, buffer, MIN(bytes, left));
    return (MPI_Count)MIN(bytes, left);
}

static int consume(void *state, MPI_Count offset, const void *buffer, size_t bytes)
{
    stream *s = state;
    const unsigned char *from = buffer;
    s->is_right = s->is_right && offset == s->consumed;
    for (size_t i = 0; i < bytes; i++)
        s->is_right = s->is_right && from[i] == content_byte(&s->content, (size_t)offset + i);
    s->consumed = offset + (MPI_Count)bytes;
    return 0;
}

static MPI_Info hints_of(const stream *s)
{
    char text[24];
    MPI_Info hints = MPI_INFO_NULL;
    if (!s->is_shared && s->chunk == 0)
        return hints;
    MPI_Info_create(&hints);
    snprintf(text, sizeof text, "%" PRId64, s->chunk);
    MPI_Info_set(hints, "fanout_chunk_bytes", text);
    MPI_Info_set(hints, "fanout_shared_source", s->is_shared ? "1" : "0");
    return hints;
}

static void run(stream *s, int place)
{
    MPI_Info hints = hints_of(s);
    MPI_Count length = (MPI_Count)s->content.bytes;
    fanout_sink_fn *sink = s->has_sink ? consume : NULL;
    int code = s->to_end ? fanout_stream_to_end(read_piece, sink, s, s->root, s->team->comm, hints,
                                                &length)
                         : fanout_stream(length, produce, sink, s, s->root, s->team->comm, hints);
    if (hints != MPI_INFO_NULL)
        MPI_Info_free(&hints);
    if (!watch_code(place, code, "stream"))
        return;
    if (length != (MPI_Count)s->content.bytes)
        watch_fail(place, "the length is %lld", (long long)length);
    if (s->has_sink && (!s->is_right || s->consumed != length))
        watch_fail(place, "a stream of %lld bytes is wrong, or ends at %lld", (long long)length,
                   (long long)s->consumed);
}

void stream_run(actor *a)
{
    static const int chunks[] = {0, 0, 0, 1, 100, 4096, 65536};
    const team *t = actor_team(a);
    operation arguments = operation_draw(&a->common, BROADCAST, t, actor_id(a), a->place);
    stream s = {.content = arguments.content, .team = t, .root = arguments.root, .is_right = true};
    s.to_end = random_one_in(&a->common, 2);
    s.is_shared = !s.to_end && random_one_in(&a->common, 3);
    s.chunk = DRAW_FROM(&a->common, chunks);
    if (s.chunk > 0)
        s.content.bytes = MIN(s.content.bytes, (size_t)s.chunk * 1000);
    s.has_sink = !random_one_in(&a->own, 5);
    if (t->rank < 0)
        return;
    watch_step(a->place, "stream%s%s of %zu bytes from %d of %d ranks, id %" PRIu64,
               s.to_end ? " to end" : "", s.is_shared ? " with a shared source" : "",
               s.content.bytes, s.root, t->size, s.content.id);
    run(&s, a->place);
}
