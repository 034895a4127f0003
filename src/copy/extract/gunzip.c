/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/extract/gunzip.h"

#include <stdint.h>
#include <stdlib.h>

/* zlib: the largest window, and gzip's header and checksum. */
enum { ROOM = 256 << 10, WINDOW_BITS = 15 + 16 };

void fan_copy_gunzip_open(fan_copy_gunzip *g, fan_copy_extract_pull_fn *pull, void *state)
{
    *g = (fan_copy_gunzip){.pull = pull, .state = state};
}

static ssize_t fail(fan_copy_gunzip *g, const char *error)
{
    g->error = error;
    return -1;
}

static bool has_magic(const unsigned char *data, size_t bytes)
{
    return bytes >= 2 && data[0] == 0x1f && data[1] == 0x8b;
}

/* More compressed data: how much, 0 at its end, negative if it does not come. */
static ssize_t refill(fan_copy_gunzip *g)
{
    const void *data;
    ssize_t got = g->pull(g->state, &data);
    g->stream.next_in = (unsigned char *)(uintptr_t)data;
    g->stream.avail_in = got > 0 ? (unsigned)got : 0;
    return got;
}

static ssize_t begin(fan_copy_gunzip *g, const void **data)
{
    ssize_t got = refill(g);
    g->begun = true;
    *data = g->stream.next_in;
    g->is_gzip = got > 0 && has_magic(g->stream.next_in, (size_t)got);
    if (!g->is_gzip)
        return got;
    g->room = malloc(ROOM);
    if (g->room == NULL || inflateInit2(&g->stream, WINDOW_BITS) != Z_OK)
        return fail(g, "out of memory");
    return fan_copy_gunzip_pull(g, data);
}

/* What follows the end, but does not begin another part, is no more of it, as for gzip itself. */
static bool has_ended(fan_copy_gunzip *g)
{
    if (g->between && has_magic(g->stream.next_in, g->stream.avail_in)) {
        inflateReset(&g->stream);
        g->between = false;
    }
    return g->between;
}

/* Decompress some of what is there. Bytes, or negative if it is damaged. */
static ssize_t decompress(fan_copy_gunzip *g)
{
    g->stream.next_out = g->room;
    g->stream.avail_out = ROOM;
    int code = inflate(&g->stream, Z_NO_FLUSH);
    g->between = code == Z_STREAM_END;
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
        return fail(g, g->stream.msg != NULL ? g->stream.msg : "damaged gzip data");
    return (ssize_t)(ROOM - g->stream.avail_out);
}

ssize_t fan_copy_gunzip_pull(void *state, const void **data)
{
    fan_copy_gunzip *g = state;
    if (!g->begun)
        return begin(g, data);
    if (!g->is_gzip)
        return g->pull(g->state, data);
    *data = g->room;
    for (;;) {
        ssize_t got = g->stream.avail_in > 0 ? 1 : refill(g);
        if (got < 0)
            return got;
        if (got == 0)
            return g->between ? 0 : fail(g, "truncated gzip data");
        if (has_ended(g))
            return 0;
        got = decompress(g);
        if (got != 0)
            return got;
    }
}

void fan_copy_gunzip_close(fan_copy_gunzip *g)
{
    if (g->room != NULL)
        inflateEnd(&g->stream);
    free(g->room);
    *g = (fan_copy_gunzip){0};
}
