/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/differential/input/part.h"

#include "tests/datatypes/datatypes.h"
#include "tests/differential/input/draw.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

enum { GUARD = 64, COPIES_MOST = 1500, INNER_BYTES_MOST = 4096, SPARSE = 4, ALIGNMENT = 16 };

static void *must_allocate(size_t bytes)
{
    void *memory = malloc(bytes == 0 ? 1 : bytes);
    if (memory == NULL)
        MPI_Abort(MPI_COMM_WORLD, 1);
    return memory;
}

/* ---- content ---- */

unsigned char content_byte(const content *c, size_t index)
{
    return (unsigned char)((c->id * 7919 + index) * UINT64_C(0x9e3779b97f4a7c15) >> 56);
}

content content_draw(random_state *state, size_t bytes, uint64_t id)
{
    content c = {.id = id, .signature = random_signature(state)};
    if (random_one_in(state, 3))
        c.signature = (signature){.count = 1}; /* chars: exactly so many bytes */
    c.signature.repeats = 1;
    size_t unit = signature_bytes(&c.signature);
    c.signature.repeats = (int)((bytes + unit - 1) / unit);
    c.bytes = signature_bytes(&c.signature);
    return c;
}

/* ---- tiles ---- */

static int64_t tile_span(const tile *t)
{
    return t->inner.highest - t->inner.lowest + 1;
}

/* Redrawn if it has holes so large that many copies would fill the memory. */
static layout draw_inner(random_state *state, const signature *s, int repeats)
{
    signature unit = *s;
    unit.repeats = repeats;
    for (;;) {
        layout l = random_layout(state, &unit);
        if (l.highest - l.lowest + 1 <= (int64_t)l.bytes * SPARSE + GUARD)
            return l;
        layout_free(&l);
    }
}

/* One element that can be repeated at a distance of `extent`. */
static MPI_Datatype element_of(tile *t, MPI_Aint extent)
{
    MPI_Datatype type = t->inner.type;
    t->inner.type = MPI_DATATYPE_NULL;
    if (t->inner.count != 1)
        type = contiguous(t->inner.count, type);
    return resized((MPI_Aint)t->inner.lowest, extent, type);
}

static MPI_Datatype repeat_evenly(tile *t, MPI_Datatype element, MPI_Aint step)
{
    for (int i = 0; i < t->copies; i++)
        t->offsets[i] = i * step;
    return hvector(t->copies, 1, step, element);
}

static MPI_Datatype repeat_anywhere(random_state *state, tile *t, MPI_Datatype element,
                                    MPI_Aint step)
{
    int *order = must_allocate((size_t)t->copies * sizeof *order);
    draw_order(state, t->copies, order);
    for (int i = 0; i < t->copies; i++)
        t->offsets[i] = order[i] * step;
    free(order);
    return hindexed_block(t->copies, 1, t->offsets, element);
}

static MPI_Datatype repeat_contiguously(tile *t, MPI_Datatype element, MPI_Aint extent)
{
    for (int i = 0; i < t->copies; i++)
        t->offsets[i] = i * extent;
    return contiguous(t->copies, element);
}

/* `copies` of `repeats` units each. Returns the type of all. */
static MPI_Datatype make_tile(random_state *state, tile *t, const signature *s, int repeats,
                              int copies)
{
    t->inner = draw_inner(state, s, repeats);
    t->copies = copies;
    t->offsets = must_allocate((size_t)copies * sizeof *t->offsets);
    MPI_Aint extent = (MPI_Aint)tile_span(t) + random_between(state, 0, 3) % 3;
    MPI_Datatype element = element_of(t, extent);
    MPI_Aint step = extent + 4 * random_between(state, 0, 2);
    bool is_misread = step == 1; /* backwards by Open MPI 4.1.4: see random_layout.c */
    switch (random_between(state, 0, 3)) {
    case 0: return repeat_contiguously(t, element, extent);
    case 1: return repeat_evenly(t, element, step);
    case 2: return repeat_evenly(t, element, is_misread ? step : -step);
    default: return repeat_anywhere(state, t, element, step);
    }
}

static void bounds(const part *p, int64_t *lowest, int64_t *highest)
{
    *lowest = 0;
    *highest = -1;
    for (int t = 0; t < p->tile_count; t++)
        for (int i = 0; i < p->tiles[t].copies; i++) {
            *lowest = MIN(*lowest, p->tiles[t].inner.lowest + p->tiles[t].offsets[i]);
            *highest = MAX(*highest, p->tiles[t].inner.highest + p->tiles[t].offsets[i]);
        }
}

/* The second tile, which is a single copy, goes behind the first. */
static void join(part *p, MPI_Datatype first, MPI_Datatype second)
{
    int64_t lowest, highest;
    bounds(p, &lowest, &highest);
    tile *rest = &p->tiles[p->tile_count++];
    rest->offsets[0] = (MPI_Aint)(highest + 1 - rest->inner.lowest);
    const MPI_Aint places[] = {0, rest->offsets[0]};
    const int lengths[] = {1, 1};
    const MPI_Datatype types[] = {first, second};
    p->type = structure(PART_TILES, lengths, places, types);
}

/* ---- kinds of parts ---- */

/* A layout as it comes, with its own count. */
static void make_plain(part *p, random_state *state)
{
    tile *t = &p->tiles[0];
    t->inner = random_layout(state, &p->content.signature);
    t->copies = 1;
    t->offsets = must_allocate(sizeof *t->offsets);
    t->offsets[0] = 0;
    p->tile_count = 1;
    p->count = t->inner.count;
    p->type = duplicate(t->inner.type); /* for part_free: it may be a predefined one */
    t->inner.type = MPI_DATATYPE_NULL;
}

/* As many elements of one type, in one piece. */
static void make_dense(part *p)
{
    tile *t = &p->tiles[0];
    const signature *s = &p->content.signature;
    t->inner = (layout){.count = 1, .bytes = p->content.bytes, .type = MPI_DATATYPE_NULL};
    t->inner.highest = (int64_t)p->content.bytes - 1;
    t->copies = 1;
    t->offsets = must_allocate(sizeof *t->offsets);
    t->offsets[0] = 0;
    p->tile_count = 1;
    p->count = s->repeats;
    MPI_Type_dup(basics[s->basics[0]].type, &p->type);
}

static void make_tiled(part *p, random_state *state)
{
    const signature *s = &p->content.signature;
    int unit = (int)(p->content.bytes / (size_t)s->repeats);
    int least = (s->repeats + COPIES_MOST - 1) / COPIES_MOST;
    int most = MAX(least, MIN(s->repeats, INNER_BYTES_MOST / unit));
    int repeats = random_between(state, least, most);
    int copies = s->repeats / repeats, rest = s->repeats % repeats;
    MPI_Datatype type = make_tile(state, &p->tiles[0], s, repeats, copies);
    p->tile_count = 1;
    p->count = 1;
    p->type = type;
    if (rest > 0)
        join(p, type, make_tile(state, &p->tiles[1], s, rest, 1));
}

static void draw_type(part *p, random_state *state)
{
    const signature *s = &p->content.signature;
    bool is_dense = s->count == 1 && s->repeats > 0;
    if (is_dense && random_between(state, 0, 9) < 4)
        make_dense(p);
    else if (p->content.bytes < INNER_BYTES_MOST && random_one_in(state, 2))
        make_plain(p, state);
    else if (s->repeats == 0)
        make_plain(p, state);
    else
        make_tiled(p, state);
}

/* Absolute addresses and MPI_BOTTOM instead of an address. */
static void make_absolute(part *p)
{
    MPI_Aint at;
    int count = (int)p->count;
    MPI_Datatype relative = p->type;
    MPI_Get_address(p->address, &at);
    MPI_Type_create_hindexed(1, &count, &at, relative, &p->type);
    datatype_release(relative);
    p->count = 1;
    p->address = MPI_BOTTOM;
}

/* ---- data ---- */

static void write_dense(const part *p, unsigned char *memory)
{
    for (size_t i = 0; i < p->content.bytes; i++)
        memory[p->origin + i] = content_byte(&p->content, i);
}

static void write_tiles(const part *p, unsigned char *memory)
{
    size_t index = 0;
    for (const tile *t = p->tiles; t < p->tiles + p->tile_count; t++)
        for (int i = 0; i < t->copies; i++)
            for (size_t b = 0; b < t->inner.bytes; b++)
                memory[(int64_t)p->origin + t->offsets[i] + t->inner.places[b]] =
                    content_byte(&p->content, index++);
}

static void write_data(const part *p, unsigned char *memory)
{
    if (p->tiles[0].inner.places == NULL)
        write_dense(p, memory);
    else
        write_tiles(p, memory);
}

void part_refill(part *p, uint64_t id, bool is_root)
{
    p->content.id = id;
    memset(p->memory, p->background, p->size);
    if (is_root)
        write_data(p, p->memory);
}

void part_make(part *p, random_state *state, const content *c, bool is_root)
{
    *p = (part){.content = *c, .background = (unsigned char)random_between(state, 1, 255)};
    int64_t lowest, highest;
    draw_type(p, state);
    bounds(p, &lowest, &highest);
    p->origin = GUARD + (size_t)random_between(state, 0, ALIGNMENT) - (size_t)lowest;
    p->size = p->origin + (size_t)(highest + 1) + GUARD;
    p->memory = must_allocate(p->size);
    p->address = p->memory + p->origin;
    if (c->bytes > 0 && random_one_in(state, 6))
        make_absolute(p);
    MPI_Type_commit(&p->type);
    part_refill(p, c->id, is_root);
}

bool part_is_right(const part *p, char text[PART_TEXT])
{
    unsigned char *expected = must_allocate(p->size);
    size_t i = 0, wrong = 0, last = 0, first = 0;
    memset(expected, p->background, p->size);
    write_data(p, expected);
    if (memcmp(expected, p->memory, p->size) != 0)
        for (; i < p->size; i++)
            if (expected[i] != p->memory[i]) {
                first = wrong++ == 0 ? i : first;
                last = i;
            }
    if (wrong > 0)
        snprintf(text, PART_TEXT,
                 "%zu bytes are wrong, from byte %zd to %zd after the buffer address (%02x instead "
                 "of %02x, background %02x); %zu bytes, count %lld%s, %.120s",
                 wrong, (ssize_t)(first - p->origin), (ssize_t)(last - p->origin), p->memory[first],
                 expected[first], p->background, p->content.bytes, (long long)p->count,
                 p->address == MPI_BOTTOM ? ", MPI_BOTTOM" : "", p->tiles[0].inner.text);
    free(expected);
    return wrong == 0;
}

static void tile_free(tile *t)
{
    free(t->inner.places);
    free(t->offsets);
}

void part_free(part *p)
{
    for (int t = 0; t < p->tile_count; t++)
        tile_free(&p->tiles[t]);
    MPI_Type_free(&p->type);
    free(p->memory);
}
