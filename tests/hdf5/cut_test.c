/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Selections in pieces: the same elements in the same order, pieces of bounded size, no chunk in
 * two pieces.
 */
#include "config.h"

#include "hdf5/read/cut.h"
#include "tests/common/unit_main.h"
#include "tests/hdf5/random_space.h"

#include <string.h>

enum { MOST_ELEMENTS = 6000 };

static int numbers[MOST_ELEMENTS], order[MOST_ELEMENTS], pieces[MOST_ELEMENTS];

/* The numbers of what is selected, in order. */
static void list(hid_t space, hssize_t count, int *list)
{
    if (count > 0)
        ck_assert_int_ge(H5Dgather(space, numbers, H5T_NATIVE_INT, (size_t)count * sizeof *list,
                                   list, NULL, NULL),
                         0);
}

/* Returns the number of pieces, after they have been compared with the whole. */
static int compare(hid_t space, hsize_t limit, const hsize_t *chunk, hsize_t band_limit)
{
    fan_h5_cut cut;
    int count = 0;
    hssize_t total = H5Sget_select_npoints(space);
    ck_assert(fan_h5_cut_begin(&cut, space, limit, chunk, band_limit));
    ck_assert_int_eq((long)cut.total, total);
    list(space, total, order);
    while (cut.done < cut.total) {
        hsize_t selected, before = cut.done;
        hid_t piece = fan_h5_cut_next(&cut, &selected);
        ck_assert_int_ge(piece, 0);
        ck_assert_int_gt((long)selected, 0);
        ck_assert_int_le((long)selected, (long)cut.largest);
        ck_assert_int_eq((long)selected, H5Sget_select_npoints(piece));
        list(piece, (hssize_t)selected, pieces + before);
        H5Sclose(piece);
        count++;
    }
    ck_assert_int_eq((long)cut.done, total);
    ck_assert_int_le((long)cut.largest, (long)(limit > band_limit ? limit : band_limit));
    ck_assert_mem_eq(order, pieces, (size_t)total * sizeof *order);
    return count;
}

START_TEST(random_selections_stay_what_they_are)
{
    random_state state = 4711;
    int several = 0;
    for (int draw = 0; draw < 4000; draw++) {
        hsize_t shape[MOST_DIMENSIONS], chunk[MOST_DIMENSIONS];
        int rank = random_shape(&state, MOST_ELEMENTS, shape);
        hid_t space = H5Screate_simple(rank, shape, NULL);
        random_selection(&state, space);
        for (int d = 0; d < rank; d++)
            chunk[d] = (hsize_t)random_between(&state, 1, (int)shape[d]);
        hsize_t limit = (hsize_t)random_between(&state, 1, draw % 2 ? 300 : 20);
        hsize_t band_limit = (hsize_t)random_between(&state, (int)limit, MOST_ELEMENTS);
        several +=
            compare(space, limit, draw % 3 ? chunk : NULL, draw % 3 ? band_limit : limit) > 1;
        H5Sclose(space);
    }
    ck_assert_int_gt(several, 2000);
}
END_TEST

/* How often a piece has elements of a chunk, beyond once for each chunk. */
static int chunks_again(hid_t space, hsize_t limit, const hsize_t *chunk, hsize_t band_limit)
{
    static int last_piece[MOST_ELEMENTS];
    hsize_t shape[2];
    fan_h5_cut cut;
    int again = 0;
    H5Sget_simple_extent_dims(space, shape, NULL);
    memset(last_piece, 0, sizeof last_piece);
    ck_assert(fan_h5_cut_begin(&cut, space, limit, chunk, band_limit));
    for (int number = 1; cut.done < cut.total; number++) {
        hsize_t selected;
        hid_t piece = fan_h5_cut_next(&cut, &selected);
        list(piece, (hssize_t)selected, pieces);
        for (hsize_t i = 0; i < selected; i++) {
            hsize_t row = (hsize_t)pieces[i] / shape[1] / chunk[0],
                    column = (hsize_t)pieces[i] % shape[1] / chunk[1];
            int *last = &last_piece[row * shape[1] + column];
            again += *last != 0 && *last != number;
            *last = number;
        }
        H5Sclose(piece);
    }
    return again;
}

START_TEST(no_chunk_is_in_two_pieces)
{
    const hsize_t shape[2] = {60, 100}, chunk[2] = {7, 30}, rows[2] = {1, 30}, start[2] = {3, 11},
                  one[2] = {1, 1};
    const hsize_t size[2] = {50, 80}, stride[2] = {3, 2}, count[2] = {19, 40}, first[2] = {0, 0};
    hid_t space = H5Screate_simple(2, shape, NULL);
    ck_assert_int_eq(chunks_again(space, 100, chunk, 700), 0);
    ck_assert_int_eq(chunks_again(space, 1500, chunk, 1500), 0);
    ck_assert_int_eq(chunks_again(space, 30, rows, 30), 0);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, one, size);
    ck_assert_int_eq(chunks_again(space, 100, chunk, 700), 0);
    ck_assert_int_eq(chunks_again(space, 1000, chunk, 1000), 0);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, first, stride, count, NULL);
    ck_assert_int_eq(chunks_again(space, 100, chunk, 700), 0);
    H5Sselect_hyperslab(space, H5S_SELECT_OR, start, NULL, one, size);
    ck_assert_int_eq(chunks_again(space, 100, chunk, 700), 0);
    H5Sclose(space);
}
END_TEST

START_TEST(a_band_that_is_too_large_is_cut)
{
    const hsize_t shape[2] = {60, 100}, chunk[2] = {7, 30};
    hid_t space = H5Screate_simple(2, shape, NULL);
    ck_assert_int_gt(compare(space, 100, chunk, 600), 59);
    H5Sclose(space);
}
END_TEST

START_TEST(spaces_without_dimensions)
{
    hid_t scalar = H5Screate(H5S_SCALAR), null = H5Screate(H5S_NULL);
    ck_assert_int_eq(compare(scalar, 1, NULL, 1), 1);
    ck_assert_int_eq(compare(null, 1, NULL, 1), 0);
    H5Sclose(scalar);
    H5Sclose(null);
}
END_TEST

/* Every other one of many: as one regular hyperslab, not as a list of all its elements. */
START_TEST(large_regular_selections_stay_regular)
{
    const hsize_t shape[2] = {1 << 20, 1 << 20}, start[2] = {1, 0}, stride[2] = {2, 3},
                  count[2] = {1 << 19, 1 << 18};
    hid_t space = H5Screate_simple(2, shape, NULL);
    fan_h5_cut cut;
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, stride, count, NULL);
    ck_assert(fan_h5_cut_begin(&cut, space, 1 << 20, NULL, 1 << 20));
    for (int i = 0; i < 1000; i++) {
        hsize_t selected;
        hid_t piece = fan_h5_cut_next(&cut, &selected);
        ck_assert_int_eq((long)selected, 1 << 20);
        ck_assert_int_gt(H5Sis_regular_hyperslab(piece), 0);
        H5Sclose(piece);
    }
    H5Sclose(space);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        random_selections_stay_what_they_are,  no_chunk_is_in_two_pieces,
        a_band_that_is_too_large_is_cut,       spaces_without_dimensions,
        large_regular_selections_stay_regular,
    };
    for (int i = 0; i < MOST_ELEMENTS; i++)
        numbers[i] = i;
    return unit_main("cut", tests, sizeof tests / sizeof tests[0]);
}
