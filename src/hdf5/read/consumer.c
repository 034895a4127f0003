/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "hdf5/read/consumer.h"

#include "hdf5/read/types.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE_BYTES = 1024 * 1024 };

/* ---- arguments ---- */

static bool check_type(fan_h5_consumer *c)
{
    H5T_cdata_t *conversion;
    hid_t type = c->target->type;
    const char *obstacle = fan_h5_type_obstacle(type);
    if (obstacle != NULL)
        return fan_h5_fail(c->errors, "the memory type has %s", obstacle);
    c->own_size = H5Tget_size(type);
    c->wire_size = H5Tget_size(c->wire);
    c->converts = H5Tequal(c->wire, type) <= 0;
    c->has_members = c->converts && H5Tdetect_class(type, H5T_COMPOUND) > 0;
    if (c->converts && H5Tfind(c->wire, type, &conversion) == NULL)
        return fan_h5_fail_by_hdf5(c->errors,
                                   "the elements cannot be converted to the memory type");
    return true;
}

static bool check_space(fan_h5_consumer *c)
{
    hid_t space = c->target->space;
    if (space == H5S_ALL)
        return true;
    hssize_t selected = H5Sget_select_npoints(space);
    if (selected < 0)
        return fan_h5_fail_by_hdf5(c->errors, "not a dataspace identifier for memory");
    if (H5Sselect_valid(space) <= 0)
        return fan_h5_fail(c->errors, "the selection in memory goes beyond its dataspace");
    if ((hsize_t)selected != c->total)
        return fan_h5_fail(c->errors, "%llu elements are selected in memory, but %llu in the file",
                           (unsigned long long)selected, (unsigned long long)c->total);
    c->scattered = H5Sget_select_type(space) != H5S_SEL_ALL;
    return true;
}

static bool check(fan_h5_consumer *c)
{
    if (!check_type(c) || !check_space(c))
        return false;
    if (!c->target->in_blocks && c->target->buffer == NULL && c->total > 0)
        return fan_h5_fail(c->errors, "the buffer is NULL");
    return true;
}

static bool allocate(fan_h5_consumer *c, bool has_holes)
{
    c->stride = c->wire_size + has_holes;
    size_t larger = c->stride > c->own_size ? c->stride : c->own_size;
    c->most = larger < PIECE_BYTES ? PIECE_BYTES / larger : 1;
    if (c->scattered && !fan_h5_cut_begin(&c->cut, c->target->space, c->most, NULL, c->most))
        return fan_h5_fail_by_hdf5(c->errors, "the selection in memory cannot be cut");
    c->piece = malloc((size_t)c->most * larger);
    bool needs_background = c->converts || has_holes;
    c->background = needs_background ? calloc((size_t)c->most, larger) : NULL;
    c->holes = has_holes ? calloc((size_t)c->most, 1) : NULL;
    if (c->piece == NULL || (needs_background && c->background == NULL) ||
        (has_holes && c->holes == NULL))
        return fan_h5_fail(c->errors, "no memory for a piece of %zu bytes",
                           (size_t)c->most * larger);
    return true;
}

bool fan_h5_consumer_begin(fan_h5_consumer *consumer, const fan_h5_target *target, hid_t wire,
                           hsize_t total, bool has_holes, fan_h5_errors *errors)
{
    *consumer = (fan_h5_consumer){
        .target = target, .wire = wire, .total = total, .errors = errors, .place = H5I_INVALID_HID};
    return check(consumer) && allocate(consumer, has_holes);
}

/* ---- a piece ---- */

static bool begin_piece(fan_h5_consumer *c)
{
    hsize_t left = c->total - c->start;
    c->count = left < c->most ? left : c->most;
    if (c->scattered)
        c->place = fan_h5_cut_next(&c->cut, &c->count);
    if (c->scattered && c->place < 0)
        return fan_h5_fail_by_hdf5(c->errors, "the selection in memory cannot be cut");
    return true;
}

static unsigned char *own_place(const fan_h5_consumer *c)
{
    return (unsigned char *)c->target->buffer + c->start * c->own_size;
}

/*
 * Members of compounds that do not arrive and holes keep what is in the buffer, or are zero. HDF5
 * also puts the result of a conversion there.
 */
static bool lay_background(fan_h5_consumer *c)
{
    size_t bytes = (size_t)c->count * c->own_size;
    if (c->target->in_blocks)
        memset(c->background, 0, bytes);
    else if (!c->scattered)
        memcpy(c->background, own_place(c), bytes);
    else if (H5Dgather(c->place, c->target->buffer, c->target->type, bytes, c->background, NULL,
                       NULL) < 0)
        return fan_h5_fail_by_hdf5(c->errors, "the elements in memory cannot be read");
    return true;
}

static bool convert(fan_h5_consumer *c)
{
    if (c->has_members && !lay_background(c))
        return false;
    if (H5Tconvert(c->wire, c->target->type, (size_t)c->count, c->piece, c->background,
                   H5P_DEFAULT) < 0)
        return fan_h5_fail_by_hdf5(c->errors, "elements cannot be converted to the memory type");
    return true;
}

/* Take the bytes behind the elements out of the piece. */
static void note_holes(fan_h5_consumer *c)
{
    for (size_t i = 0; i < c->count; i++) {
        const unsigned char *element = c->piece + i * c->stride;
        c->holes[i] = element[c->wire_size] != 0;
        memmove(c->piece + i * c->wire_size, element, c->wire_size);
    }
}

/* The piece gets what is in memory, which is then put where it is. */
static bool keep_holes(fan_h5_consumer *c)
{
    if (memchr(c->holes, 1, (size_t)c->count) == NULL)
        return true;
    if (!lay_background(c))
        return false;
    for (size_t i = 0; i < c->count; i++)
        if (c->holes[i])
            memcpy(c->piece + i * c->own_size, c->background + i * c->own_size, c->own_size);
    return true;
}

/* An H5D_scatter_func_t that gives everything at once. */
static herr_t give_piece(const void **data, size_t *bytes, void *state)
{
    const fan_h5_consumer *c = state;
    *data = c->piece;
    *bytes = (size_t)c->count * c->own_size;
    return 0;
}

static bool put(fan_h5_consumer *c)
{
    if (!c->scattered)
        memcpy(own_place(c), c->piece, (size_t)c->count * c->own_size);
    else if (H5Dscatter(give_piece, c, c->target->type, c->place, c->target->buffer) < 0)
        return fan_h5_fail_by_hdf5(c->errors, "elements cannot be put into memory");
    return true;
}

static bool call_back(fan_h5_consumer *c)
{
    int answer = c->target->callback(c->target->state, c->start, c->count, c->piece);
    return answer == 0 || fan_h5_fail(c->errors, "the callback returned %d", answer);
}

static void end_piece(fan_h5_consumer *c)
{
    if (c->place >= 0)
        H5Sclose(c->place);
    c->place = H5I_INVALID_HID;
    c->start += c->count;
    c->filled = 0;
}

static bool deliver_piece(fan_h5_consumer *c)
{
    if (c->holes != NULL)
        note_holes(c);
    if (c->converts && !convert(c))
        return false;
    if (c->holes != NULL && !keep_holes(c))
        return false;
    if (!(c->target->in_blocks ? call_back(c) : put(c)))
        return false;
    end_piece(c);
    return true;
}

/* Takes some of the bytes; 0 after a failure. */
static size_t take_some(fan_h5_consumer *c, const void *data, size_t bytes)
{
    if (c->filled == 0 && !begin_piece(c))
        return 0;
    size_t whole = (size_t)c->count * c->stride, room = whole - c->filled;
    size_t some = bytes < room ? bytes : room;
    memcpy(c->piece + c->filled, data, some);
    c->filled += some;
    return c->filled < whole || deliver_piece(c) ? some : 0;
}

int fan_h5_consumer_take(void *consumer, MPI_Count offset, const void *data, size_t bytes)
{
    fan_h5_consumer *c = consumer;
    if (!c->converts && !c->scattered && !c->target->in_blocks && c->holes == NULL) {
        memcpy((unsigned char *)c->target->buffer + offset, data, bytes);
        return 0;
    }
    for (size_t done = 0; done < bytes;) {
        size_t some = take_some(c, (const unsigned char *)data + done, bytes - done);
        if (some == 0)
            return -1;
        done += some;
    }
    return 0;
}

void fan_h5_consumer_end(fan_h5_consumer *consumer)
{
    if (consumer->place >= 0)
        H5Sclose(consumer->place);
    free(consumer->piece);
    free(consumer->background);
    free(consumer->holes);
}
