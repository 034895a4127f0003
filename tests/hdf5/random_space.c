/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/hdf5/random_space.h"

#include <stdbool.h>
#include <stdlib.h>

int random_shape(random_state *state, int elements, hsize_t *shape)
{
    int rank = random_between(state, 1, MOST_DIMENSIONS), left = elements;
    for (int d = 0; d < rank; d++) {
        shape[d] = (hsize_t)random_between(state, 1, d == rank - 1 ? left : left < 40 ? left : 40);
        left /= (int)shape[d];
        left = left > 0 ? left : 1;
    }
    return rank;
}

static void select_points(random_state *state, hid_t space, int rank, const hsize_t *shape)
{
    hsize_t points[200][MOST_DIMENSIONS], *place = points[0];
    int count = random_between(state, 1, 200);
    for (int p = 0; p < count; p++)
        for (int d = 0; d < rank; d++)
            *place++ = (hsize_t)random_between(state, 0, (int)shape[d] - 1);
    H5Sselect_elements(space, H5S_SELECT_SET, (size_t)count, points[0]);
}

/* In each dimension: all, a range, or blocks with gaps. */
static void select_regular(random_state *state, hid_t space, H5S_seloper_t operation, int rank,
                           const hsize_t *shape)
{
    hsize_t start[MOST_DIMENSIONS], stride[MOST_DIMENSIONS], count[MOST_DIMENSIONS],
        block[MOST_DIMENSIONS];
    for (int d = 0; d < rank; d++) {
        int extent = (int)shape[d];
        start[d] =
            (hsize_t)(random_between(state, 0, 1) ? random_between(state, 0, extent - 1) : 0);
        block[d] = (hsize_t)random_between(state, 1, extent - (int)start[d]);
        if (random_between(state, 0, 2) == 0 && block[d] > 5)
            block[d] = (hsize_t)random_between(state, 1, 5);
        stride[d] = block[d] + (hsize_t)random_between(state, 0, 3);
        count[d] = (hsize_t)random_between(
            state, 1, (extent - (int)start[d] - (int)block[d]) / (int)stride[d] + 1);
    }
    H5Sselect_hyperslab(space, operation, start, stride, count, block);
}

/* Not H5Sselect_valid, which in 1.10.8 takes points for valid that are just beyond the end. */
static bool is_inside(hid_t space, int rank, const hsize_t *shape)
{
    hsize_t first[MOST_DIMENSIONS], last[MOST_DIMENSIONS];
    bool inside = H5Sget_select_bounds(space, first, last) >= 0;
    for (int d = 0; inside && d < rank; d++)
        inside = first[d] <= last[d] && last[d] < shape[d];
    return inside;
}

static void move(random_state *state, hid_t space, int rank, const hsize_t *shape)
{
    hssize_t offset[MOST_DIMENSIONS], none[MOST_DIMENSIONS] = {0};
    for (int d = 0; d < rank; d++)
        offset[d] = random_between(state, -1, 1);
    H5Soffset_simple(space, offset);
    if (!is_inside(space, rank, shape))
        H5Soffset_simple(space, none);
}

/*
 * Whether HDF5 has combined hyperslabs well: 1.10.8 now and then counts other elements than there
 * are in the blocks.
 */
static bool is_consistent(hid_t space, int rank)
{
    hid_t copy = H5Scopy(space);
    hssize_t elements = 0, blocks = H5Sget_select_hyper_nblocks(copy);
    hsize_t *corners = malloc((size_t)(2 * blocks * rank) * sizeof *corners + 1);
    H5Sget_select_hyper_blocklist(copy, 0, (hsize_t)blocks, corners);
    for (hssize_t b = 0; b < blocks; b++) {
        const hsize_t *first = corners + 2 * b * rank;
        hssize_t volume = 1;
        for (int d = 0; d < rank; d++)
            volume *= (hssize_t)(first[rank + d] - first[d] + 1);
        elements += volume;
    }
    free(corners);
    H5Sclose(copy);
    return elements == H5Sget_select_npoints(space);
}

void random_selection(random_state *state, hid_t space)
{
    static const H5S_seloper_t operations[] = {H5S_SELECT_OR, H5S_SELECT_XOR, H5S_SELECT_NOTB,
                                               H5S_SELECT_AND};
    hsize_t shape[MOST_DIMENSIONS];
    int rank = H5Sget_simple_extent_dims(space, shape, NULL), kind = random_between(state, 0, 9);
    if (kind == 0)
        H5Sselect_none(space);
    else if (kind == 1)
        select_points(state, space, rank, shape);
    else if (kind > 2)
        select_regular(state, space, H5S_SELECT_SET, rank, shape);
    for (int more = kind > 6 ? random_between(state, 1, 3) : 0; more > 0; more--)
        select_regular(state, space, operations[random_between(state, 0, 3)], rank, shape);
    if (kind > 6 && H5Sget_select_type(space) == H5S_SEL_HYPERSLABS && !is_consistent(space, rank))
        H5Sselect_all(space);
    if (kind % 2 == 1 && H5Sget_select_npoints(space) > 0)
        move(state, space, rank, shape);
}
