/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/datatypes/random_layout.h"

#include "tests/datatypes/datatypes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MOST = 4, SPAN_MOST = 1 << 20 };

static void *must_allocate(size_t bytes)
{
    void *memory = malloc(bytes == 0 ? 1 : bytes);
    if (memory == NULL)
        abort();
    return memory;
}

/* ---- layouts, each made of one or two smaller ones ---- */

__attribute__((format(printf, 2, 3))) static void say(layout *l, const char *format, ...)
{
    size_t used = strlen(l->text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(l->text + used, sizeof l->text - used, format, arguments);
    va_end(arguments);
}

static void say_inner(layout *l, const layout *inner)
{
    say(l, " of (%s)", inner->text);
}

static void find_bounds(layout *l)
{
    l->lowest = 0;
    l->highest = -1;
    for (size_t i = 0; i < l->bytes; i++) {
        if (i == 0 || l->places[i] < l->lowest)
            l->lowest = l->places[i];
        if (i == 0 || l->places[i] > l->highest)
            l->highest = l->places[i];
    }
}

/* Places of `count` copies of `inner`, the i-th moved by offsets[i]. */
static void repeat(layout *l, const layout *inner, int count, const MPI_Aint *offsets)
{
    l->count = 1;
    l->bytes = inner->bytes * (size_t)count;
    l->places = must_allocate(l->bytes * sizeof *l->places);
    for (int i = 0; i < count; i++)
        for (size_t b = 0; b < inner->bytes; b++)
            l->places[(size_t)i * inner->bytes + b] = inner->places[b] + offsets[i];
    find_bounds(l);
}

/* The datatype of a layout that is being taken apart passes to the constructor, which frees it. */
static void discard(layout *inner)
{
    free(inner->places);
}

void layout_free(layout *l)
{
    datatype_release(l->type);
    free(l->places);
}

static layout named(MPI_Datatype type, const char *name, int bytes)
{
    layout l = {.type = type, .count = 1, .bytes = (size_t)bytes};
    l.places = must_allocate(l.bytes * sizeof *l.places);
    for (int i = 0; i < bytes; i++)
        l.places[i] = i;
    find_bounds(&l);
    say(&l, "%s", name);
    return l;
}

static layout basic(const signature *s, int part)
{
    const basic_type *b = &basics[s->basics[part]];
    bool by_doubles = s->by_doubles && b->type == MPI_C_DOUBLE_COMPLEX;
    return named(by_doubles ? contiguous(2, MPI_DOUBLE) : b->type, b->name, b->size);
}

static bool is_pair(const signature *s, int pair)
{
    return s->count == 2 && s->basics[0] == pairs[pair].first && s->basics[1] == pairs[pair].second;
}

static layout predefined_pair(int pair)
{
    int first = basics[pairs[pair].first].size;
    layout l = named(pairs[pair].type, pairs[pair].name, first + basics[pairs[pair].second].size);
    for (size_t i = (size_t)first; i < l.bytes; i++)
        l.places[i] += pairs[pair].place - first;
    find_bounds(&l);
    return l;
}

/*
 * `parts` layouts side by side, with holes, the first perhaps below the buffer address; in any
 * order in memory.
 */
static layout joined(random_state *state, int parts, layout *part)
{
    int lengths[SIGNATURE_BASICS] = {1, 1, 1}, order[SIGNATURE_BASICS] = {0};
    MPI_Aint at[SIGNATURE_BASICS];
    MPI_Datatype types[SIGNATURE_BASICS];
    int64_t next = 4 * random_between(state, -4, 4);
    layout l = {.count = 1};
    for (int i = 0; i < parts; i++) {
        int j = random_between(state, 0, i);
        order[i] = order[j];
        order[j] = i;
    }
    for (int i = 0; i < parts; i++) {
        const layout *p = &part[order[i]];
        at[order[i]] = next - p->lowest;
        next += p->highest - p->lowest + 1 + random_between(state, 0, 6);
    }
    for (int i = 0; i < parts; i++)
        l.bytes += part[i].bytes;
    l.places = must_allocate(l.bytes * sizeof *l.places);
    say(&l, "struct");
    for (size_t i = 0, filled = 0; i < (size_t)parts; i++) {
        types[i] = part[i].type;
        for (size_t b = 0; b < part[i].bytes; b++)
            l.places[filled++] = part[i].places[b] + at[i];
        say(&l, " at %ld (%s)", (long)at[i], part[i].text);
        discard(&part[i]);
    }
    l.type = structure(parts, lengths, at, types);
    find_bounds(&l);
    return l;
}

static layout draw_unit(random_state *state, const signature *s)
{
    layout parts[SIGNATURE_BASICS];
    for (int pair = 0; pair < PAIR_COUNT; pair++)
        if (is_pair(s, pair) && !random_one_in(state, 3))
            return predefined_pair(pair);
    for (int i = 0; i < s->count; i++)
        parts[i] = basic(s, i);
    return s->count == 1 ? parts[0] : joined(state, s->count, parts);
}

static layout draw_duplicate(layout *inner)
{
    layout l = *inner;
    l.type = duplicate(inner->type);
    snprintf(l.text, sizeof l.text, "dup of (%.1900s)", inner->text);
    return l;
}

/*
 * Mostly so that copies do not overlap; sometimes so that only copies of a stride can be
 * interleaved.
 */
static layout draw_resized(random_state *state, layout *inner)
{
    layout l = *inner;
    MPI_Aint lower = (MPI_Aint)inner->lowest - 4 * random_between(state, -1, 2);
    MPI_Aint extent = (MPI_Aint)(inner->highest - inner->lowest + 1) + random_between(state, 0, 9);
    if (random_one_in(state, 4))
        extent = 4 * random_between(state, 1, 6);
    l.type = resized(lower, extent, inner->type);
    snprintf(l.text, sizeof l.text, "resized %ld %ld of (%.1900s)", (long)lower, (long)extent,
             inner->text);
    return l;
}

static int draw_divisor(random_state *state, int n)
{
    int divisor = random_between(state, 1, n);
    while (n % divisor != 0)
        divisor--;
    return divisor;
}

/* `count` consecutive copies each. */
typedef struct blocks {
    int number;
    int *lengths;
    int *places;     /* in units */
    MPI_Aint *bytes; /* the same in bytes */
} blocks;

/*
 * Cut `count` copies into blocks of `length`, or of any length if it is 0, with some empty ones. In
 * memory they ascend with gaps, or descend.
 */
static blocks draw_blocks(random_state *state, int count, int length, MPI_Aint unit)
{
    size_t room = (size_t)count * 2;
    blocks b = {.lengths = must_allocate(room * sizeof *b.lengths),
                .places = must_allocate(room * sizeof *b.places),
                .bytes = must_allocate(room * sizeof *b.bytes)};
    bool descending = random_one_in(state, 3);
    int most = random_between(state, 1, 5), next = random_between(state, -3, 3);
    for (int left = count; left > 0 && b.number < 2 * count; left -= b.lengths[b.number++]) {
        int mine = length > 0 ? length : random_between(state, b.number < count ? 0 : 1, most);
        b.lengths[b.number] = mine < left ? mine : left;
        if (descending)
            next -= b.lengths[b.number] + random_between(state, 0, 2);
        b.places[b.number] = next;
        if (!descending)
            next += b.lengths[b.number] + random_between(state, 0, 2);
        b.bytes[b.number] = b.places[b.number] * unit;
    }
    return b;
}

static void free_blocks(blocks *b)
{
    free(b->lengths);
    free(b->places);
    free(b->bytes);
}

static void set_offsets(const blocks *b, MPI_Aint extent, MPI_Aint *offsets)
{
    int copy = 0;
    for (int i = 0; i < b->number; i++)
        for (int j = 0; j < b->lengths[i]; j++)
            offsets[copy++] = b->bytes[i] + j * extent;
}

/* Copies in the places of displacements: the four indexed types, and a struct of one type. */
static layout draw_indexed(random_state *state, layout *inner, int count)
{
    static const char *const names[] = {"indexed", "hindexed", "indexed_block", "hindexed_block",
                                        "struct"};
    int kind = random_between(state, 0, 4);
    MPI_Aint extent = datatype_extent(inner->type);
    int length = kind == 2 || kind == 3 ? draw_divisor(state, count) : 0;
    bool in_bytes = kind == 1 || kind >= 3;
    blocks b = draw_blocks(state, count, length,
                           extent + (in_bytes ? 4 * random_between(state, 0, 2) : 0));
    layout l = {.count = 1};
    MPI_Aint *offsets = must_allocate((size_t)count * sizeof *offsets);
    set_offsets(&b, extent, offsets);
    repeat(&l, inner, count, offsets);
    say(&l, "%s of %d in %d blocks", names[kind], count, b.number);
    say_inner(&l, inner);
    if (kind == 4) {
        MPI_Datatype *types = must_allocate((size_t)b.number * sizeof *types);
        for (int i = 0; i < b.number; i++)
            MPI_Type_dup(inner->type, &types[i]);
        l.type = structure(b.number, b.lengths, b.bytes, types);
        datatype_release(inner->type);
        free(types);
    } else {
        l.type = kind == 0   ? indexed(b.number, b.lengths, b.places, inner->type)
                 : kind == 1 ? hindexed(b.number, b.lengths, b.bytes, inner->type)
                 : kind == 2 ? indexed_block(b.number, length, b.places, inner->type)
                             : hindexed_block(b.number, length, b.bytes, inner->type);
    }
    free_blocks(&b);
    free(offsets);
    discard(inner);
    return l;
}

static layout draw_contiguous(layout *inner, int count)
{
    layout l = {.count = 1};
    MPI_Aint extent = datatype_extent(inner->type);
    MPI_Aint *offsets = must_allocate((size_t)count * sizeof *offsets);
    for (int i = 0; i < count; i++)
        offsets[i] = i * extent;
    repeat(&l, inner, count, offsets);
    say(&l, "contiguous %d", count);
    say_inner(&l, inner);
    l.type = contiguous(count, inner->type);
    free(offsets);
    discard(inner);
    return l;
}

/*
 * A stride of one byte backwards is not drawn: Open MPI 4.1.4 packs bytes at it in ascending order.
 */
static layout draw_vector(random_state *state, layout *inner, int count)
{
    layout l = {.count = 1};
    MPI_Aint extent = datatype_extent(inner->type);
    int length = draw_divisor(state, count);
    int stride = length + random_between(state, 0, 3);
    bool in_bytes = random_one_in(state, 2);
    MPI_Aint step = stride * extent + (in_bytes ? 4 * random_between(state, 0, 3) : 0);
    if (random_one_in(state, 3) && stride * extent != 1) {
        stride = -stride;
        step = -step;
    }
    MPI_Aint *offsets = must_allocate((size_t)count * sizeof *offsets);
    for (int i = 0; i < count; i++)
        offsets[i] = i / length * step + i % length * extent;
    repeat(&l, inner, count, offsets);
    say(&l, "%svector %d %d %ld", in_bytes ? "h" : "", count / length, length,
        in_bytes ? (long)step : stride);
    say_inner(&l, inner);
    l.type = in_bytes ? hvector(count / length, length, step, inner->type)
                      : vector(count / length, length, stride, inner->type);
    free(offsets);
    discard(inner);
    return l;
}

/* A part of a matrix. */
static layout draw_subarray(random_state *state, layout *inner, int count)
{
    layout l = {.count = 1};
    MPI_Aint extent = datatype_extent(inner->type);
    int columns = draw_divisor(state, count);
    int subsizes[] = {count / columns, columns}, starts[2], sizes[2];
    for (int d = 0; d < 2; d++) {
        starts[d] = random_between(state, 0, 2);
        sizes[d] = starts[d] + subsizes[d] + random_between(state, 0, 2);
    }
    MPI_Aint *offsets = must_allocate((size_t)count * sizeof *offsets);
    for (int i = 0; i < count; i++)
        offsets[i] = ((starts[0] + i / columns) * sizes[1] + starts[1] + i % columns) * extent;
    repeat(&l, inner, count, offsets);
    say(&l, "subarray [%d %d] at [%d %d] in [%d %d]", subsizes[0], subsizes[1], starts[0],
        starts[1], sizes[0], sizes[1]);
    say_inner(&l, inner);
    l.type = subarray(2, sizes, subsizes, starts, MPI_ORDER_C, inner->type);
    free(offsets);
    discard(inner);
    return l;
}

static layout draw_repeated(random_state *state, layout *inner, int count)
{
    switch (random_between(state, 0, 4)) {
    case 0: return draw_contiguous(inner, count);
    case 1: return draw_vector(state, inner, count);
    case 2: return draw_subarray(state, inner, count);
    default: return draw_indexed(state, inner, count);
    }
}

/* One element with the signature's basic types `n` times, n > 0. */
static layout draw_type(random_state *state, const signature *s, int n, int depth)
{
    if (depth == 0 || n == 1) {
        layout unit = draw_unit(state, s);
        return n == 1 ? unit : draw_repeated(state, &unit, n);
    }
    int kind = random_between(state, 0, 9);
    if (kind <= 1) {
        layout inner = draw_type(state, s, n, depth - 1);
        return kind == 0 ? draw_duplicate(&inner) : draw_resized(state, &inner);
    }
    if (kind == 2) {
        int first = random_between(state, 1, n - 1);
        layout parts[SIGNATURE_BASICS] = {draw_type(state, s, first, depth - 1),
                                          draw_type(state, s, n - first, depth - 1)};
        return joined(state, 2, parts);
    }
    int count = draw_divisor(state, n);
    layout inner = draw_type(state, s, n / count, depth - 1);
    return count == 1 ? inner : draw_repeated(state, &inner, count);
}

static void set_count(layout *l, int count)
{
    layout all = *l;
    MPI_Aint extent = datatype_extent(l->type);
    MPI_Aint *offsets = must_allocate((size_t)count * sizeof *offsets);
    for (int i = 0; i < count; i++)
        offsets[i] = i * extent;
    repeat(&all, l, count, offsets);
    all.count = count;
    free(offsets);
    free(l->places);
    *l = all;
}

/* No data: no element of something, or elements of nothing. */
static layout draw_nothing(random_state *state, const signature *s)
{
    layout l = draw_type(state, s, random_between(state, 1, 6), 2);
    if (random_one_in(state, 2)) {
        l.type = contiguous(0, l.type);
        snprintf(l.text, sizeof l.text, "contiguous 0");
        l.bytes = 0;
        set_count(&l, random_between(state, 0, 5));
    } else {
        set_count(&l, 0);
    }
    return l;
}

static bool overlaps(const layout *l)
{
    size_t span = (size_t)(l->highest - l->lowest + 1);
    bool *taken = calloc(span + 1, sizeof *taken), found = false;
    if (taken == NULL)
        abort();
    for (size_t i = 0; i < l->bytes && !found; i++) {
        size_t place = (size_t)(l->places[i] - l->lowest);
        found = taken[place];
        taken[place] = true;
    }
    free(taken);
    return found;
}

layout random_layout(random_state *state, const signature *s)
{
    if (s->repeats == 0)
        return draw_nothing(state, s);
    for (;;) {
        int count = random_one_in(state, 3) ? 1 : draw_divisor(state, s->repeats);
        layout l = draw_type(state, s, s->repeats / count, random_between(state, 0, DEPTH_MOST));
        set_count(&l, count);
        if (l.highest - l.lowest < SPAN_MOST && !overlaps(&l))
            return l;
        layout_free(&l);
    }
}
