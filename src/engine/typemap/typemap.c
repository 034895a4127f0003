/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "engine/typemap/typemap.h"

#include "base/spare/spare.h"
#include "engine/typemap/tree.h"

#include <string.h>

struct fan_typemap {
    fan_loop loop;
    fan_body *bodies;
};

fan_status fan_typemap_make(MPI_Count count, MPI_Datatype datatype, fan_typemap **map)
{
    *map = NULL;
    if (count < 0)
        return fan_fail(FAN_ERR_ARGUMENT, "count is %lld; it must not be negative",
                        (long long)count);
    if (datatype == MPI_DATATYPE_NULL)
        return fan_fail(FAN_ERR_ARGUMENT, "datatype is MPI_DATATYPE_NULL");
    fan_typemap *made = fan_spare_calloc(1, sizeof *made);
    if (made == NULL)
        return fan_fail(FAN_ERR_MEMORY, "no memory for a datatype");
    fan_status status = fan_typemap_decode(count, datatype, &made->bodies, &made->loop);
    if (status == FAN_OK)
        *map = made;
    else
        fan_typemap_free(made);
    return status;
}

void fan_typemap_free(fan_typemap *map)
{
    if (map == NULL)
        return;
    for (fan_body *body = map->bodies, *next; body != NULL; body = next) {
        next = body->next;
        fan_spare_free(body);
    }
    fan_spare_free(map);
}

int64_t fan_typemap_bytes(const fan_typemap *map)
{
    return fan_loop_bytes(&map->loop);
}

bool fan_typemap_is_dense(const fan_typemap *map, int64_t *offset)
{
    *offset = map->loop.displacement;
    return map->loop.count <= 1 && map->loop.body == NULL;
}

/**
 * A copy that is under way. Addresses are integers: with MPI_BOTTOM they do not start from an
 * object, and strides may lead outside of it.
 */
typedef struct byte_copy {
    bool packing;
    uintptr_t piece; /**< the next byte of the packed stream */
} byte_copy;

__attribute__((always_inline)) static inline void copy_blocks_of(size_t bytes, uintptr_t to,
                                                                 int64_t to_stride, uintptr_t from,
                                                                 int64_t from_stride, int64_t count)
{
    for (; count > 0; count--, to += to_stride, from += from_stride)
        memcpy((void *)to, (const void *)from, bytes);
}

/** Blocks as small as one number: let the compiler replace memcpy by a load and a store. */
static void copy_blocks(int64_t bytes, uintptr_t to, int64_t to_stride, uintptr_t from,
                        int64_t from_stride, int64_t count)
{
    switch (bytes) {
    case 4: copy_blocks_of(4, to, to_stride, from, from_stride, count); break;
    case 8: copy_blocks_of(8, to, to_stride, from, from_stride, count); break;
    case 16: copy_blocks_of(16, to, to_stride, from, from_stride, count); break;
    default: copy_blocks_of((size_t)bytes, to, to_stride, from, from_stride, count);
    }
}

/** `count` dense blocks, the first at `address`. */
static void move_blocks(byte_copy *copy, uintptr_t address, int64_t stride, int64_t count,
                        int64_t bytes)
{
    if (copy->packing)
        copy_blocks(bytes, copy->piece, bytes, address, stride, count);
    else
        copy_blocks(bytes, address, stride, copy->piece, bytes, count);
    copy->piece += count * bytes;
}

/** `count` whole bodies of a loop, the first at `address`. */
static void move_whole(byte_copy *copy, const fan_loop *loop, uintptr_t address, int64_t count)
{
    if (loop->body == NULL) {
        move_blocks(copy, address, loop->stride, count, loop->bytes);
        return;
    }
    const fan_part *end = loop->body->parts + loop->body->count;
    for (; count > 0; count--, address += loop->stride)
        for (const fan_part *part = loop->body->parts; part < end; part++)
            move_whole(copy, &part->loop, address + part->loop.displacement, part->loop.count);
}

/** The part that holds packed byte `at` of a body. */
static const fan_part *part_at(const fan_body *body, int64_t at)
{
    int64_t low = 0, high = body->count;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (body->parts[middle].start <= at)
            low = middle;
        else
            high = middle;
    }
    return &body->parts[low];
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void move_range(byte_copy *copy, const fan_loop *loop, uintptr_t address, int64_t from,
                       int64_t length);

/** Packed bytes [from, from + length) of one body of a loop. */
static void move_piece(byte_copy *copy, const fan_loop *loop, uintptr_t address, int64_t from,
                       int64_t length)
{
    if (loop->body == NULL) {
        move_blocks(copy, address + from, 0, 1, length);
        return;
    }
    for (const fan_part *part = part_at(loop->body, from); length > 0; part++) {
        int64_t skip = from - part->start;
        int64_t bytes = smaller(fan_loop_bytes(&part->loop) - skip, length);
        move_range(copy, &part->loop, address + part->loop.displacement, skip, bytes);
        from += bytes;
        length -= bytes;
    }
}

/** Packed bytes [from, from + length) of a loop whose first body is at `address`. */
static void move_range(byte_copy *copy, const fan_loop *loop, uintptr_t address, int64_t from,
                       int64_t length)
{
    int64_t skip = from % loop->bytes;
    address += (uintptr_t)(from / loop->bytes) * loop->stride;
    if (skip > 0) {
        int64_t bytes = smaller(loop->bytes - skip, length);
        move_piece(copy, loop, address, skip, bytes);
        address += loop->stride;
        length -= bytes;
    }
    int64_t whole = length / loop->bytes;
    move_whole(copy, loop, address, whole);
    int64_t rest = length % loop->bytes;
    if (rest > 0)
        move_piece(copy, loop, address + (uintptr_t)whole * loop->stride, 0, rest);
}

static void move(const fan_typemap *map, byte_copy copy, uintptr_t buffer, int64_t from,
                 int64_t length)
{
    if (length > 0)
        move_range(&copy, &map->loop, buffer + map->loop.displacement, from, length);
}

void fan_typemap_pack(const fan_typemap *map, const void *buffer, int64_t from, void *piece,
                      int64_t length)
{
    byte_copy pack = {.packing = true, .piece = (uintptr_t)piece};
    move(map, pack, (uintptr_t)buffer, from, length);
}

void fan_typemap_unpack(const fan_typemap *map, void *buffer, int64_t from, const void *piece,
                        int64_t length)
{
    byte_copy unpack = {.packing = false, .piece = (uintptr_t)piece};
    move(map, unpack, (uintptr_t)buffer, from, length);
}
