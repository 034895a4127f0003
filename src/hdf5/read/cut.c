/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "hdf5/read/cut.h"

#include <stdlib.h>
#include <string.h>

static hsize_t smaller(hsize_t a, hsize_t b)
{
    return a < b ? a : b;
}

/* ---- what is selected in one dimension ---- */

static hsize_t extent(const fan_h5_frame *f, int d)
{
    return f->count[d] * f->block[d];
}

/* Whether blocks follow each other without gaps. */
static bool is_dense(const fan_h5_frame *f, int d)
{
    return f->count[d] == 1 || f->stride[d] == f->block[d];
}

static hsize_t coordinate(const fan_h5_frame *f, int d, hsize_t number)
{
    return f->start[d] + number / f->block[d] * f->stride[d] + number % f->block[d];
}

/* How many selected coordinates are below `end`. */
static hsize_t count_below(const fan_h5_frame *f, int d, hsize_t end)
{
    if (end <= f->start[d])
        return 0;
    hsize_t way = end - f->start[d];
    if (is_dense(f, d))
        return smaller(way, extent(f, d));
    return smaller(way / f->stride[d] * f->block[d] + smaller(way % f->stride[d], f->block[d]),
                   extent(f, d));
}

/* The end, at most `end`, of the longest regular hyperslab from coordinate number `first` on. */
static hsize_t regular_end(const fan_h5_frame *f, int d, hsize_t first, hsize_t end)
{
    hsize_t block = f->block[d], end_of_block = (first / block + 1) * block;
    if (is_dense(f, d) || end <= end_of_block)
        return end;
    return first % block == 0 ? end / block * block : end_of_block;
}

/* The coordinates from number `first` to `end` of `f`, as dimension d of `part`. */
static void take_range(const fan_h5_frame *f, int d, hsize_t first, hsize_t end, fan_h5_frame *part)
{
    bool one_block = is_dense(f, d) || end - first <= f->block[d];
    part->start[d] = coordinate(f, d, first);
    part->block[d] = one_block ? end - first : f->block[d];
    part->stride[d] = one_block ? part->block[d] : f->stride[d];
    part->count[d] = one_block ? 1 : (end - first) / f->block[d];
}

/* ---- the frame ---- */

static bool frame_whole(fan_h5_cut *cut)
{
    fan_h5_frame *f = &cut->frame;
    cut->kind = FAN_H5_WHOLE;
    if (H5Sget_simple_extent_dims(cut->space, f->block, NULL) < 0)
        return false;
    for (int d = 0; d < cut->rank; d++) {
        f->start[d] = 0;
        f->stride[d] = f->block[d];
        f->count[d] = 1;
    }
    return true;
}

/* Around all that is selected. */
static void frame_bounds(fan_h5_cut *cut, const hsize_t *first, const hsize_t *last)
{
    fan_h5_frame *f = &cut->frame;
    for (int d = 0; d < cut->rank; d++) {
        f->start[d] = first[d];
        f->count[d] = 1;
        f->stride[d] = f->block[d] = last[d] - first[d] + 1;
    }
}

/*
 * Does not include the selection's offset, which copies of the dataspace keep; bounds would include
 * it.
 */
static bool frame_hyperslab(fan_h5_cut *cut, hid_t copy)
{
    const hssize_t none[H5S_MAX_RANK] = {0};
    fan_h5_frame *f = &cut->frame;
    hsize_t first[H5S_MAX_RANK], last[H5S_MAX_RANK];
    cut->kind = FAN_H5_REGULAR;
    if (H5Sis_regular_hyperslab(copy) > 0)
        return H5Sget_regular_hyperslab(copy, f->start, f->stride, f->count, f->block) >= 0;
    cut->kind = FAN_H5_IRREGULAR;
    if (H5Soffset_simple(copy, none) < 0 || H5Sget_select_bounds(copy, first, last) < 0)
        return false;
    frame_bounds(cut, first, last);
    return true;
}

static bool make_frame(fan_h5_cut *cut, H5S_sel_type type)
{
    if (type == H5S_SEL_ALL)
        return frame_whole(cut);
    hid_t copy = H5Scopy(cut->space);
    bool good = copy >= 0 && frame_hyperslab(cut, copy);
    if (copy >= 0)
        H5Sclose(copy);
    return good;
}

/* ---- where to cut ---- */

/* Elements of a box with one coordinate in each dimension up to d. */
static hsize_t inner(const fan_h5_frame *f, int rank, int d)
{
    hsize_t elements = 1;
    for (int i = d + 1; i < rank; i++)
        elements *= extent(f, i);
    return elements;
}

static void choose_boxes(fan_h5_cut *cut, hsize_t limit, const hsize_t *chunk, hsize_t band_limit)
{
    const fan_h5_frame *f = &cut->frame;
    int d = 0;
    while (d < cut->rank - 1 && inner(f, cut->rank, d) > limit)
        d++;
    cut->dimension = d;
    cut->step = limit / inner(f, cut->rank, d);
    cut->chunk = chunk == NULL ? 1 : chunk[d];
    /*
     * Is there a slower dimension in which chunks are more than one coordinate? All their
     * coordinates must be in a box.
     */
    for (int i = 0; chunk != NULL && i <= d; i++)
        if (smaller(chunk[i], extent(f, i)) > (i == d ? cut->step : 1) &&
            inner(f, cut->rank, i) <= band_limit / smaller(chunk[i], extent(f, i))) {
            cut->dimension = i;
            cut->step = cut->chunk = chunk[i];
            break;
        }
    cut->largest =
        smaller(cut->step, extent(f, cut->dimension)) * inner(f, cut->rank, cut->dimension);
}

bool fan_h5_cut_begin(fan_h5_cut *cut, hid_t space, hsize_t limit, const hsize_t *chunk,
                      hsize_t band_limit)
{
    hssize_t total = H5Sget_select_npoints(space);
    *cut = (fan_h5_cut){.space = space,
                        .rank = H5Sget_simple_extent_ndims(space),
                        .total = (hsize_t)total,
                        .largest = smaller(limit, (hsize_t)total)};
    H5S_sel_type type = H5Sget_select_type(space);
    if (total < 0 || cut->rank < 0 || type == H5S_SEL_ERROR)
        return false;
    if (cut->total <= limit || cut->rank == 0)
        return true;
    if (type == H5S_SEL_POINTS) {
        cut->kind = FAN_H5_POINTS;
        return true;
    }
    if (!make_frame(cut, type))
        return false;
    choose_boxes(cut, limit, chunk, band_limit);
    return true;
}

/* ---- the pieces ---- */

static bool select_points(fan_h5_cut *cut, hid_t piece)
{
    hsize_t count = smaller(cut->largest, cut->total - cut->done);
    hsize_t *points = malloc((size_t)count * (size_t)cut->rank * sizeof *points);
    bool good = points != NULL &&
                H5Sget_select_elem_pointlist(cut->space, cut->done, count, points) >= 0 &&
                H5Sselect_elements(piece, H5S_SELECT_SET, (size_t)count, points) >= 0;
    free(points);
    return good;
}

/* Where the box that begins at number `first` in the dimension of several coordinates ends. */
static hsize_t end_of_box(const fan_h5_cut *cut, hsize_t first)
{
    const fan_h5_frame *f = &cut->frame;
    int d = cut->dimension;
    hsize_t end = smaller(first + cut->step, extent(f, d));
    if (cut->chunk > 1) {
        hsize_t beyond = coordinate(f, d, end - 1) + 1;
        hsize_t whole = count_below(f, d, beyond / cut->chunk * cut->chunk);
        if (whole > first && end < extent(f, d))
            end = whole;
        if (cut->step == cut->chunk)
            end = smaller(
                end, count_below(f, d, (coordinate(f, d, first) / cut->chunk + 1) * cut->chunk));
    }
    return regular_end(f, d, first, end);
}

/* The next box as a frame; `next` goes on to the one after it. */
static void take_box(fan_h5_cut *cut, fan_h5_frame *box)
{
    const fan_h5_frame *f = &cut->frame;
    int d = cut->dimension;
    hsize_t end = end_of_box(cut, cut->next[d]);
    for (int i = 0; i < d; i++)
        take_range(f, i, cut->next[i], cut->next[i] + 1, box);
    take_range(f, d, cut->next[d], end, box);
    for (int i = d + 1; i < cut->rank; i++)
        take_range(f, i, 0, extent(f, i), box);
    cut->next[d] = end;
    for (int i = d; i > 0 && cut->next[i] == extent(f, i); i--) {
        cut->next[i] = 0;
        cut->next[i - 1]++;
    }
}

/* The offset of a dataspace does not apply if all of it is selected. */
static bool select_box(fan_h5_cut *cut, hid_t piece)
{
    const hssize_t none[H5S_MAX_RANK] = {0};
    fan_h5_frame box;
    take_box(cut, &box);
    if (cut->kind == FAN_H5_WHOLE && H5Soffset_simple(piece, none) < 0)
        return false;
    H5S_seloper_t operation = cut->kind == FAN_H5_IRREGULAR ? H5S_SELECT_AND : H5S_SELECT_SET;
    return H5Sselect_hyperslab(piece, operation, box.start, box.stride, box.count, box.block) >= 0;
}

static hid_t next_piece(fan_h5_cut *cut, hsize_t *count)
{
    hid_t piece = H5Scopy(cut->space);
    if (piece < 0 || cut->kind == FAN_H5_ONE_PIECE) {
        *count = cut->total;
        return piece;
    }
    bool good = cut->kind == FAN_H5_POINTS ? select_points(cut, piece) : select_box(cut, piece);
    hssize_t selected = good ? H5Sget_select_npoints(piece) : -1;
    *count = (hsize_t)selected;
    if (selected >= 0)
        return piece;
    H5Sclose(piece);
    return H5I_INVALID_HID;
}

hid_t fan_h5_cut_next(fan_h5_cut *cut, hsize_t *count)
{
    hid_t piece = next_piece(cut, count);
    while (piece >= 0 && *count == 0) {
        H5Sclose(piece);
        piece = next_piece(cut, count);
    }
    if (piece >= 0)
        cut->done += *count;
    return piece;
}
