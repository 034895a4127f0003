/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/stage.h"

#include "engine/copy.h"

#include <stdlib.h>

enum {
    /* Of small data, several pieces: readers take the first while the next is written. */
    least_pieces = 8,
    smallest_piece = 8 * 1024
};

/* Of the next piece, when `left` bytes of `total` are left. */
static int32_t piece_bytes(int64_t left, int64_t total)
{
    int64_t bytes = total / least_pieces;
    if (bytes < smallest_piece)
        bytes = smallest_piece;
    if (bytes > FAN_RING_CELL_BYTES)
        bytes = FAN_RING_CELL_BYTES;
    return (int32_t)(bytes < left ? bytes : left);
}

/* True if it takes the data, or does not want it. */
static bool drains(const fan_store *store, int64_t offset, const char *data, int64_t bytes)
{
    return store->drain == NULL || store->drain(store->state, offset, data, bytes) == 0;
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

/* Copy it into a cell of its own. */
static void write_piece(fan_ring *ring, const char *data, int32_t bytes, int64_t total)
{
    fan_copy_streaming(fan_ring_claim(ring), data, bytes);
    fan_ring_publish(ring, (fan_piece){.total = total, .bytes = bytes});
}

/* ---- writing from a store ---- */

typedef struct writing {
    fan_ring *ring;
    const fan_store *store;
    int64_t bytes;
    bool sink_failed;
} writing;

/* False if the source fails. Data that is not in place comes by way of `buffer`, for what is said in copy.h. */
static bool write_from(writing *w, int64_t offset, int32_t length, char *buffer)
{
    const fan_store *store = w->store;
    const char *data = store->base == NULL ? buffer : (const char *)store->base + offset;
    if (store->base == NULL && store->fill(store->state, offset, buffer, length) != 0)
        return false;
    write_piece(w->ring, data, length, w->bytes);
    w->sink_failed = w->sink_failed || !drains(store, offset, data, length);
    return true;
}

static fan_status write_all(writing *w, char *buffer)
{
    for (int64_t offset = 0; offset < w->bytes;) {
        int32_t length = piece_bytes(w->bytes - offset, w->bytes);
        if (!write_from(w, offset, length, buffer))
            return fan_fail(FAN_ERR_SOURCE, "the source of the data failed");
        offset += length;
    }
    return FAN_OK;
}

fan_status fan_stage_write(fan_ring *ring, const fan_store *store, int64_t bytes, int rank)
{
    writing w = {.ring = ring, .store = store, .bytes = bytes};
    char *buffer = store->base == NULL ? malloc(FAN_RING_CELL_BYTES) : NULL;
    fan_status status = FAN_OK;
    fan_ring_begin(ring);
    if (store->base == NULL && buffer == NULL)
        status = fan_fail(FAN_ERR_MEMORY, "no memory for a piece of the data on rank %d", rank);
    if (status == FAN_OK)
        status = write_all(&w, buffer);
    free(buffer);
    if (status != FAN_OK) {
        publish_failure(ring, bytes, status);
        return status;
    }
    return w.sink_failed ? sink_failure(rank) : FAN_OK;
}

/* ---- reading into a store ---- */

typedef struct reading {
    const fan_store *store;
    int64_t bytes;
    bool wrong_length;
    bool sink_failed;
} reading;

static void take(reading *r, int64_t offset, const char *data, const fan_piece *piece)
{
    r->wrong_length = r->wrong_length || piece->total != r->bytes;
    if (r->wrong_length || r->sink_failed)
        return;
    if (r->store->base != NULL)
        fan_copy_streaming((char *)r->store->base + offset, data, piece->bytes);
    else
        r->sink_failed = !drains(r->store, offset, data, piece->bytes);
}

/* What this rank reads in another domain, the others of its own read here. */
static void pass_on(fan_ring *ring, const char *data, const fan_piece *piece)
{
    if (!ring->passes_on)
        return;
    char *cell = fan_ring_claim(ring);
    if (ring->members > 1)
        fan_copy_streaming(cell, data, piece->bytes);
    fan_ring_pass_on(ring, *piece);
}

static fan_status writer_failure(int32_t status)
{
    if (status == FAN_ERR_SOURCE)
        return fan_fail(FAN_ERR_SOURCE, "the source of the data failed");
    return fan_fail((fan_status)status, "the rank of this node that receives the data has failed");
}

fan_status fan_stage_read(fan_ring *ring, const fan_store *store, int64_t bytes, int rank)
{
    reading r = {.store = store, .bytes = bytes};
    int64_t offset = 0;
    fan_piece piece;
    do {
        const char *data;
        piece = fan_ring_next(ring, &data);
        pass_on(ring, data, &piece);
        take(&r, offset, data, &piece);
        offset += piece.bytes;
        fan_ring_release(ring);
    } while (piece.status == FAN_OK && offset < piece.total);
    if (piece.status != FAN_OK)
        return writer_failure(piece.status);
    if (r.wrong_length)
        return fan_fail(FAN_ERR_TRUNCATED, "rank %d expects %lld bytes, another rank of its node has %lld: "
                        "the ranks disagree on the length of the broadcast", rank, (long long)bytes,
                        (long long)piece.total);
    return r.sink_failed ? sink_failure(rank) : FAN_OK;
}

/* ---- relaying what an engine delivers ---- */

static int relay_fill(void *state, int64_t offset, void *piece, int64_t bytes)
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
        write_piece(relay->ring, data + done, length, relay->total);
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
    if (relay->written < relay->total)
        publish_failure(relay->ring, relay->total, status == FAN_OK ? FAN_ERR_SOURCE : status);
    if (status != FAN_OK)
        return status;
    return relay->sink_failed ? sink_failure(rank) : FAN_OK;
}
