/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/differential/stream.h"

#include "tests/differential/watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/param.h>

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

static void describe(const stream *s)
{
    watch_step(s->place, "stream%s%s %" PRIu64 " of %zu bytes from %d of %d ranks, team %" PRIu64,
               s->to_end ? " to end" : "", s->is_shared ? " with a shared source" : "",
               s->content.id, s->content.bytes, s->root, s->team->size, s->team->id);
}

void stream_run(stream *s)
{
    MPI_Info hints = hints_of(s);
    MPI_Count length = (MPI_Count)s->content.bytes;
    fanout_sink_fn *sink = s->has_sink ? consume : NULL;
    describe(s);
    int code = s->to_end ? fanout_stream_to_end(read_piece, sink, s, s->root, s->team->comm, hints,
                                                &length)
                         : fanout_stream(length, produce, sink, s, s->root, s->team->comm, hints);
    if (hints != MPI_INFO_NULL)
        MPI_Info_free(&hints);
    if (!watch_code(s->place, code, "stream"))
        return;
    if (length != (MPI_Count)s->content.bytes)
        watch_fail(s->place, "the length is %lld", (long long)length);
    if (s->has_sink && (!s->is_right || s->consumed != length))
        watch_fail(s->place, "the data is wrong, or ends at %lld", (long long)s->consumed);
}

stream stream_draw(actor *a)
{
    static const int chunks[] = {0, 0, 0, 1, 100, 4096, 65536};
    const team *t = actor_team(a);
    operation arguments = operation_draw(&a->common, BROADCAST, t, actor_id(a), a->place);
    stream s = {.content = arguments.content,
                .team = t,
                .root = arguments.root,
                .place = a->place,
                .is_right = true};
    s.to_end = random_one_in(&a->common, 2);
    s.is_shared = !s.to_end && random_one_in(&a->common, 3);
    s.chunk = DRAW_FROM(&a->common, chunks);
    if (s.chunk > 0)
        s.content.bytes = MIN(s.content.bytes, (size_t)s.chunk * 1000);
    s.has_sink = !random_one_in(&a->own, 5);
    return s;
}
