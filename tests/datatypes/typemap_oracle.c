/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/datatypes/typemap_oracle.h"

#include "engine/typemap/typemap.h"
#include "tests/datatypes/datatypes.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { GUARD = 64, PIECES_MOST = 12 };

/** Memory for a type, with guards, and what MPI says about the type. */
typedef struct subject {
    const fan_typemap *map;
    MPI_Datatype type;
    int count;
    random_state *state;
    size_t size;      /**< of the memory, with guards */
    ptrdiff_t origin; /**< where in the memory the buffer address is */
    size_t bytes;     /**< of the packed stream */
    size_t *place;    /**< where in the memory each byte of the packed stream lies */
} subject;

static void *must_allocate(size_t bytes)
{
    void *memory = malloc(bytes == 0 ? 1 : bytes);
    if (memory == NULL)
        abort();
    return memory;
}

static unsigned char *random_memory(random_state *state, size_t size)
{
    unsigned char *memory = must_allocate(size);
    for (size_t i = 0; i < size; i++)
        memory[i] = (unsigned char)(random_bits(state) >> 56);
    return memory;
}

static void mpi_pack(const subject *s, const unsigned char *memory, unsigned char *packed)
{
    int position = 0;
    MPI_Pack(memory + s->origin, s->count, s->type, packed, (int)s->bytes, &position,
             MPI_COMM_SELF);
    if ((size_t)position != s->bytes)
        abort();
}

static void mpi_unpack(const subject *s, const unsigned char *packed, unsigned char *memory)
{
    int position = 0;
    MPI_Unpack(packed, (int)s->bytes, &position, memory + s->origin, s->count, s->type,
               MPI_COMM_SELF);
}

/** Let MPI pack memory whose bytes are their own indices, one byte of the index at a time. */
static void find_places(subject *s)
{
    unsigned char *memory = must_allocate(s->size), *packed = must_allocate(s->bytes);
    memset(s->place, 0, s->bytes * sizeof *s->place);
    for (int shift = 0; s->size >> shift != 0; shift += 8) {
        for (size_t i = 0; i < s->size; i++)
            memory[i] = (unsigned char)(i >> shift);
        mpi_pack(s, memory, packed);
        for (size_t i = 0; i < s->bytes; i++)
            s->place[i] |= (size_t)packed[i] << shift;
    }
    free(memory);
    free(packed);
}

static bool has_overlap(const subject *s)
{
    bool *taken = must_allocate(s->size), overlap = false;
    memset(taken, false, s->size);
    for (size_t i = 0; i < s->bytes; i++) {
        overlap = overlap || taken[s->place[i]];
        taken[s->place[i]] = true;
    }
    free(taken);
    return overlap;
}

static bool is_dense(const subject *s)
{
    for (size_t i = 1; i < s->bytes; i++)
        if (s->place[i] != s->place[0] + i)
            return false;
    return true;
}

static int compare_sizes(const void *a, const void *b)
{
    size_t left = *(const size_t *)a, right = *(const size_t *)b;
    return (left > right) - (left < right);
}

/** Cut the packed stream at random places: piece i is [cut[i], cut[i + 1]), perhaps empty. */
static int draw_cuts(const subject *s, size_t *cut)
{
    int pieces = random_between(s->state, 1, PIECES_MOST);
    for (int i = 1; i < pieces; i++)
        cut[i] = random_bits(s->state) % (s->bytes + 1);
    cut[0] = 0;
    cut[pieces] = s->bytes;
    qsort(cut + 1, (size_t)pieces - 1, sizeof *cut, compare_sizes);
    return pieces;
}

/** Each piece has memory of its own, so that tools see an access beyond its end. */
static void pack_pieces(const subject *s, const unsigned char *memory, unsigned char *packed)
{
    size_t cut[PIECES_MOST + 1];
    int pieces = draw_cuts(s, cut);
    for (int i = 0; i < pieces; i++) {
        size_t length = cut[i + 1] - cut[i];
        unsigned char *piece = must_allocate(length);
        fan_typemap_pack(s->map, memory + s->origin, (int64_t)cut[i], piece, (int64_t)length);
        memcpy(packed + cut[i], piece, length);
        free(piece);
    }
}

static void unpack_pieces(const subject *s, const unsigned char *packed, unsigned char *memory)
{
    size_t cut[PIECES_MOST + 1];
    int pieces = draw_cuts(s, cut), order[PIECES_MOST];
    for (int i = 0; i < pieces; i++) { /* Fisher-Yates */
        int j = random_between(s->state, 0, i);
        order[i] = order[j];
        order[j] = i;
    }
    for (int i = 0; i < pieces; i++) {
        size_t from = cut[order[i]], length = cut[order[i] + 1] - from;
        unsigned char *piece = must_allocate(length);
        memcpy(piece, packed + from, length);
        fan_typemap_unpack(s->map, memory + s->origin, (int64_t)from, piece, (int64_t)length);
        free(piece);
    }
}

static const char *check_packing(const subject *s)
{
    unsigned char *memory = random_memory(s->state, s->size);
    unsigned char *expected = must_allocate(s->bytes), *packed = must_allocate(s->bytes);
    const char *wrong = NULL;
    mpi_pack(s, memory, expected);
    fan_typemap_pack(s->map, memory + s->origin, 0, packed, (int64_t)s->bytes);
    if (memcmp(packed, expected, s->bytes) != 0)
        wrong = "packed whole";
    memset(packed, 0, s->bytes);
    pack_pieces(s, memory, packed);
    if (wrong == NULL && memcmp(packed, expected, s->bytes) != 0)
        wrong = "packed in pieces";
    free(memory);
    free(expected);
    free(packed);
    return wrong;
}

static const char *check_unpacking(const subject *s)
{
    unsigned char *packed = random_memory(s->state, s->bytes);
    unsigned char *poison = random_memory(s->state, s->size);
    unsigned char *expected = must_allocate(s->size), *memory = must_allocate(s->size);
    const char *wrong = NULL;
    memcpy(expected, poison, s->size);
    mpi_unpack(s, packed, expected);
    memcpy(memory, poison, s->size);
    fan_typemap_unpack(s->map, memory + s->origin, 0, packed, (int64_t)s->bytes);
    if (memcmp(memory, expected, s->size) != 0)
        wrong = "unpacked whole";
    memcpy(memory, poison, s->size);
    unpack_pieces(s, packed, memory);
    if (wrong == NULL && memcmp(memory, expected, s->size) != 0)
        wrong = "unpacked in pieces";
    free(packed);
    free(poison);
    free(expected);
    free(memory);
    return wrong;
}

static const char *check_density(const subject *s, bool dense)
{
    int64_t offset;
    if (fan_typemap_is_dense(s->map, &offset) != dense)
        return dense ? "is_dense, it should be true" : "is_dense, it should be false";
    if (dense && s->bytes > 0 && s->origin + offset != (ptrdiff_t)s->place[0])
        return "the offset of is_dense";
    return NULL;
}

static verdict check_map(subject *s)
{
    verdict found = {.wrong = NULL};
    if (fan_typemap_bytes(s->map) != (int64_t)s->bytes)
        return (verdict){.wrong = "bytes"};
    s->place = must_allocate(s->bytes * sizeof *s->place);
    find_places(s);
    found.dense = is_dense(s);
    found.unpacked = !has_overlap(s);
    found.wrong = check_density(s, found.dense);
    if (found.wrong == NULL)
        found.wrong = check_packing(s);
    if (found.wrong == NULL && found.unpacked)
        found.wrong = check_unpacking(s);
    free(s->place);
    return found;
}

verdict typemap_check(MPI_Datatype type, MPI_Datatype judge, int count, random_state *state)
{
    fan_typemap *map;
    if (fan_typemap_make(count, type, &map) != FAN_OK)
        return (verdict){.wrong = fan_fail_text()};
    int size;
    MPI_Aint lowest, length;
    MPI_Type_size(judge, &size);
    datatype_span(judge, count, &lowest, &length);
    subject s = {.map = map,
                 .type = judge,
                 .count = count,
                 .state = state,
                 .size = (size_t)length + 2 * GUARD,
                 .origin = GUARD - lowest,
                 .bytes = (size_t)size * (size_t)count};
    verdict found = check_map(&s);
    fan_typemap_free(map);
    return found;
}
