/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "engine/ring/stage.h"

#include "base/spare/spare.h"
#include "base/units.h"
#include "engine/ring/copying.h"
#include "plan/schedule/layout.h"

enum {
    /* Small data becomes several pieces: readers take the first while the next is written. */
    LEAST_PIECES = 8,
    SMALLEST_PIECE = 8 * 1024
};

/* Of the next piece, when `left` bytes of `total` are left. */
static int32_t piece_bytes(int64_t left, int64_t total)
{
    int64_t bytes = total / LEAST_PIECES;
    if (bytes < SMALLEST_PIECE)
        bytes = SMALLEST_PIECE;
    if (bytes > FAN_RING_CELL_BYTES)
        bytes = FAN_RING_CELL_BYTES;
    return (int32_t)(bytes < left ? bytes : left);
}

/* True if it takes the data, or does not want it. */
static bool drains(const fan_store *store, int64_t offset, const char *data, int64_t bytes)
{
    return bytes == 0 || store->drain == NULL ||
           store->drain(store->state, offset, data, bytes) == 0;
}

static void publish_failure(fan_ring *ring, int64_t total, fan_status status)
{
    fan_ring_claim(ring);
    fan_ring_publish(ring, (fan_piece){.total = total, .status = (int32_t)status});
}

static fan_status sink_failure(int rank)
{
    return fan_fail(FAN_ERR_SINK, "the sink of rank %d failed", rank);
}

/* What is known of copies in broadcasts of so many bytes, or of an unknown number. */
static fan_copying *of_size(fan_copying *copying, int64_t bytes)
{
    return &copying[fan_size_class(bytes)];
}

/* Copy it into a cell of its own. */
static void write_piece(fan_ring *ring, const char *data, int32_t bytes, int64_t offset,
                        int64_t total)
{
    fan_copying_do(of_size(ring->writing, total), fan_ring_claim(ring), data, bytes);
    fan_ring_publish(ring, (fan_piece){.total = total, .offset = offset, .bytes = bytes});
}

/* ---- writing from a store ---- */

static void begin_writing(fan_stage *s)
{
    fan_ring_begin(s->ring);
    s->total = s->bytes;
    if (s->store.base != NULL)
        return;
    s->buffer = fan_spare_malloc(FAN_RING_CELL_BYTES);
    if (s->buffer == NULL)
        s->failure = FAN_ERR_MEMORY;
}

static int32_t next_bytes(const fan_stage *s)
{
    return piece_bytes(s->total - s->done, s->total);
}

/* The next piece of the source. If it has fewer bytes, the source has come to its end. */
static int32_t fill_buffer(fan_stage *s, int32_t length)
{
    if (s->failure != FAN_OK)
        return 0;
    int64_t filled = s->store.fill(s->store.state, s->done, s->buffer, length);
    if (filled < 0)
        s->failure = FAN_ERR_SOURCE;
    else if (filled < length)
        s->total = s->done + filled;
    return (int32_t)filled;
}

/* Data that is not in place comes by way of the buffer, for the reason in stream_copy.h. */
static void write_step(fan_stage *s)
{
    bool in_place = s->store.base != NULL;
    int32_t length = next_bytes(s);
    if (!in_place)
        length = fill_buffer(s, length);
    if (s->failure != FAN_OK) {
        publish_failure(s->ring, s->total, s->failure);
        s->finished = true;
        return;
    }
    const char *data = in_place ? (const char *)s->store.base + s->done : s->buffer;
    write_piece(s->ring, data, length, s->done, s->total);
    s->sink_failed = s->sink_failed || !drains(&s->store, s->done, data, length);
    s->done += length;
    s->finished = s->done == s->total;
}

/* ---- reading into a store ---- */

static void take(fan_stage *s, const char *data, const fan_piece *piece)
{
    s->wrong_length =
        s->wrong_length || (piece->total != s->bytes && s->bytes != FAN_UNKNOWN_LENGTH);
    if (s->wrong_length || s->sink_failed)
        return;
    if (s->store.base != NULL)
        fan_copying_do(of_size(s->ring->reading, piece->total),
                       (char *)s->store.base + piece->offset, data, piece->bytes);
    else
        s->sink_failed = !drains(&s->store, piece->offset, data, piece->bytes);
}

/* What this rank reads in another domain, the others of its own read here. */
static void pass_on(fan_ring *ring, const char *data, const fan_piece *piece)
{
    if (!ring->passes_on)
        return;
    char *cell = fan_ring_claim(ring);
    if (ring->members > 1)
        fan_copying_do(of_size(ring->writing, piece->total), cell, data, piece->bytes);
    fan_ring_pass_on(ring, *piece);
}

static void read_step(fan_stage *s)
{
    const char *data;
    fan_piece piece = fan_ring_next(s->ring, &data);
    pass_on(s->ring, data, &piece);
    take(s, data, &piece);
    fan_ring_release(s->ring);
    s->total = piece.total;
    s->done += piece.bytes;
    s->failure = (fan_status)piece.status;
    s->finished = s->failure != FAN_OK || s->done >= s->total;
}

/* ---- both ---- */

void fan_stage_begin(fan_stage *stage, fan_ring *ring, const fan_store *store, int64_t bytes,
                     bool writes, int rank)
{
    *stage =
        (fan_stage){.ring = ring, .store = *store, .writes = writes, .rank = rank, .bytes = bytes};
    if (writes)
        begin_writing(stage);
}

bool fan_stage_is_ready(fan_stage *stage)
{
    if (stage->writes)
        return fan_ring_has_room(stage->ring, next_bytes(stage));
    return fan_ring_has_next(stage->ring) &&
           (!stage->ring->passes_on || fan_ring_has_room(stage->ring, 1));
}

void fan_stage_step(fan_stage *stage)
{
    if (stage->writes)
        write_step(stage);
    else
        read_step(stage);
}

static fan_status failure_of(const fan_stage *s)
{
    if (s->failure == FAN_ERR_SOURCE)
        return fan_fail(FAN_ERR_SOURCE, "the source of the data failed");
    if (s->failure == FAN_ERR_MEMORY)
        return fan_fail(FAN_ERR_MEMORY, "no memory for a piece of the data on %s",
                        s->writes ? "this rank" : "the rank of this node that has it first");
    return fan_fail(s->failure, "the rank of this node that receives the data has failed");
}

int64_t fan_stage_length(const fan_stage *s)
{
    return s->total;
}

fan_status fan_stage_end(fan_stage *s)
{
    fan_spare_free(s->buffer);
    if (s->failure != FAN_OK)
        return failure_of(s);
    if (s->wrong_length)
        return fan_fail(FAN_ERR_TRUNCATED,
                        "rank %d expects %lld bytes, another rank of its node has %lld: "
                        "the ranks disagree on the length of the broadcast",
                        s->rank, (long long)s->bytes, (long long)s->total);
    return s->sink_failed ? sink_failure(s->rank) : FAN_OK;
}

void fan_stage_salvage(fan_stage *s, const fan_salvage *salvage)
{
    while (!s->writes && !s->finished && fan_stage_is_ready(s))
        fan_stage_step(s);
    if (!s->wrong_length && !s->sink_failed && s->done > 0)
        salvage->found(salvage->state, 0, s->done);
}

/* ---- relaying what an engine delivers ---- */

static int64_t relay_fill(void *state, int64_t offset, void *piece, int64_t bytes)
{
    const fan_relay *relay = state;
    return relay->store.fill(relay->store.state, offset, piece, bytes);
}

/* Never fails: the other ranks of the node must get all of it. */
static int relay_drain(void *state, int64_t offset, const void *piece, int64_t bytes)
{
    fan_relay *relay = state;
    const char *data = piece;
    for (int64_t done = 0; done < bytes;) {
        int32_t length = piece_bytes(bytes - done, relay->total);
        write_piece(relay->ring, data + done, length, offset + done, relay->total);
        done += length;
    }
    relay->written += bytes;
    relay->sink_failed = relay->sink_failed || !drains(&relay->store, offset, data, bytes);
    return 0;
}

static bool relay_is_ready(void *state, int64_t bytes)
{
    fan_relay *relay = state;
    return fan_ring_has_room(relay->ring, bytes);
}

fan_store fan_relay_begin(fan_relay *relay, fan_ring *ring, const fan_store *store, int64_t bytes)
{
    *relay = (fan_relay){.ring = ring, .store = *store, .total = bytes};
    fan_ring_begin(ring);
    return (fan_store){.base = store->base,
                       .fill = store->fill == NULL ? NULL : relay_fill,
                       .drain = relay_drain,
                       .ready = relay_is_ready,
                       .state = relay};
}

fan_status fan_relay_end(fan_relay *relay, fan_status status, int rank)
{
    if (relay->total == FAN_UNKNOWN_LENGTH && status == FAN_OK)
        write_piece(relay->ring, "", 0, relay->written, relay->written);
    else if (relay->written < relay->total)
        publish_failure(relay->ring, relay->total, status == FAN_OK ? FAN_ERR_SOURCE : status);
    if (status != FAN_OK)
        return status;
    return relay->sink_failed ? sink_failure(rank) : FAN_OK;
}
