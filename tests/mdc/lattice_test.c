/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Polyphase descriptors: a permutation of the array for all shapes and sizes, and what
 * interpolation makes of a part.
 */
#include "config.h"

#include "mdc/fill.h"
#include "mdc/lattice.h"
#include "tests/common/unit_main.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const fan_mdc_lattice shapes[] = {
    {1, {1}, {1}},
    {1, {7}, {3}},
    {1, {2}, {5}},
    {2, {5, 7}, {2, 2}},
    {2, {8, 8}, {4, 1}},
    {3, {5, 6, 7}, {2, 2, 2}},
    {3, {3, 1, 4}, {1, 3, 2}},
    {4, {2, 3, 4, 5}, {2, 1, 3, 2}},
    {3, {0, 4, 4}, {2, 2, 2}},
};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };
static const size_t element_sizes[] = {1, 2, 3, 4, 8, 12, 16};
enum { SIZES = sizeof element_sizes / sizeof element_sizes[0] };

static unsigned char *numbered(size_t bytes)
{
    unsigned char *data = malloc(bytes + 1);
    for (size_t i = 0; i < bytes; i++)
        data[i] = (unsigned char)(i * 2654435761u >> 24);
    return data;
}

/* Extract all descriptors in pieces of `piece` elements and insert them elsewhere. */
static void check_roundtrip(const fan_mdc_lattice *lattice, size_t size, int64_t piece)
{
    size_t bytes = (size_t)fan_mdc_elements(lattice) * size;
    unsigned char *array = numbered(bytes), *copy = calloc(bytes + 1, 1),
                  *room = malloc((size_t)piece * size);
    int64_t extent[FAN_MDC_AXES], total = 0;
    for (int64_t d = 0; d < fan_mdc_descriptors(lattice); d++) {
        int64_t count = fan_mdc_extent(lattice, d, extent);
        for (int64_t first = 0; first < count; first += piece) {
            int64_t part = piece < count - first ? piece : count - first;
            fan_mdc_extract(lattice, d, first, part, size, array, room);
            fan_mdc_insert(lattice, d, first, part, size, room, copy);
        }
        total += count;
    }
    ck_assert_int_eq(total, fan_mdc_elements(lattice));
    ck_assert(memcmp(array, copy, bytes) == 0);
    free(array);
    free(copy);
    free(room);
}

START_TEST(descriptors_are_a_permutation)
{
    for (int s = 0; s < SHAPES; s++)
        for (int i = 0; i < SIZES; i++)
            for (int64_t piece = 1; piece < 50; piece += 6)
                check_roundtrip(&shapes[s], element_sizes[i], piece);
}
END_TEST

/*
 * The element at x is in the descriptor with the residues of x, at x div k: by the definition, one
 * element at a time.
 */
START_TEST(descriptors_have_the_residues)
{
    const fan_mdc_lattice lattice = {3, {5, 6, 7}, {2, 3, 2}};
    for (int64_t d = 0; d < fan_mdc_descriptors(&lattice); d++) {
        int64_t r[FAN_MDC_AXES], e[FAN_MDC_AXES], place = 0;
        fan_mdc_residues(&lattice, d, r);
        fan_mdc_extent(&lattice, d, e);
        ck_assert_int_eq(d, (r[0] * 3 + r[1]) * 2 + r[2]);
        for (int64_t z = 0; z < e[0]; z++)
            for (int64_t y = 0; y < e[1]; y++)
                for (int64_t x = 0; x < e[2]; x++)
                    ck_assert_int_eq(fan_mdc_place(&lattice, d, place++),
                                     ((2 * z + r[0]) * 6 + 3 * y + r[1]) * 7 + 2 * x + r[2]);
    }
}
END_TEST

static double plane(int64_t z, int64_t y, int64_t x)
{
    return 3.0 + 0.5 * (double)z - 2.0 * (double)y + 0.25 * (double)x;
}

/* A linear field is reproduced, but for rounding, wherever there are elements at both sides. */
START_TEST(linear_fields_are_reproduced)
{
    const fan_mdc_lattice lattice = {3, {6, 7, 9}, {2, 2, 2}};
    for (int64_t missing = 0; missing < 8; missing++) {
        double array[6][7][9];
        bool present[8];
        int64_t r[FAN_MDC_AXES];
        fan_mdc_residues(&lattice, missing, r);
        for (int d = 0; d < 8; d++)
            present[d] = d != missing;
        for (int z = 0; z < 6; z++)
            for (int y = 0; y < 7; y++)
                for (int x = 0; x < 9; x++) {
                    bool there = z % 2 != r[0] || y % 2 != r[1] || x % 2 != r[2];
                    array[z][y][x] = there ? plane(z, y, x) : 1e30;
                }
        ck_assert(fan_mdc_fill(&lattice, present, FAN_MDC_DOUBLE, sizeof(double), NULL, array));
        for (int z = 1; z < 5; z++)
            for (int y = 1; y < 6; y++)
                for (int x = 1; x < 8; x++)
                    ck_assert_double_eq_tol(array[z][y][x], plane(z, y, x), 1e-12);
    }
}
END_TEST

/* Two thirds are missing along an axis: 1/3 and 2/3 of the way between those that are there. */
START_TEST(weights_follow_distance)
{
    const fan_mdc_lattice lattice = {1, {7}, {3}};
    const bool present[] = {true, false, false};
    float array[] = {0, -1, -1, 3, -1, -1, 12};
    const float expected[] = {0, 1, 2, 3, 6, 9, 12};
    ck_assert(fan_mdc_fill(&lattice, present, FAN_MDC_FLOAT, sizeof(float), NULL, array));
    for (int i = 0; i < 7; i++)
        ck_assert_float_eq_tol(array[i], expected[i], 1e-6f);
}
END_TEST

START_TEST(at_the_edge_the_nearest_is_taken)
{
    const fan_mdc_lattice lattice = {1, {4}, {2}};
    const bool present[] = {true, false};
    double array[] = {1, -9, 3, -9};
    ck_assert(fan_mdc_fill(&lattice, present, FAN_MDC_DOUBLE, sizeof(double), NULL, array));
    ck_assert_double_eq(array[1], 2);
    ck_assert_double_eq(array[3], 3);
}
END_TEST

START_TEST(nan_and_fill_values_are_not_averaged)
{
    const fan_mdc_lattice lattice = {1, {7}, {2}};
    const bool present[] = {true, false};
    const double fill = -999;
    double array[] = {1, 0, NAN, 0, -999, 0, 5};
    ck_assert(fan_mdc_fill(&lattice, present, FAN_MDC_DOUBLE, sizeof(double), &fill, array));
    ck_assert_double_eq(array[1], 1);               /* between 1 and NaN */
    ck_assert(isnan(array[3]) || array[3] == fill); /* between NaN and the fill value */
    ck_assert_double_eq(array[5], 5);
    ck_assert(isnan(array[2]) && array[4] == fill); /* what is there stays */
}
END_TEST

START_TEST(integers_take_the_nearest)
{
    const fan_mdc_lattice lattice = {2, {4, 4}, {2, 2}};
    const bool present[] = {true, false, false, false};
    int array[4][4];
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 4; x++)
            array[y][x] = y % 2 || x % 2 ? -1 : 10 * y + x;
    ck_assert(fan_mdc_fill(&lattice, present, FAN_MDC_OTHER, sizeof(int), NULL, array));
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 4; x++) {
            int v = array[y][x], from_y = v / 10, from_x = v % 10;
            ck_assert(v >= 0 && from_y % 2 == 0 && from_x % 2 == 0);
            ck_assert(abs(from_y - y) <= 1 && abs(from_x - x) <= 1);
        }
}
END_TEST

START_TEST(something_must_be_present)
{
    const fan_mdc_lattice lattice = {1, {4}, {2}};
    const bool present[] = {false, false};
    double array[4] = {0};
    ck_assert(!fan_mdc_fill(&lattice, present, FAN_MDC_DOUBLE, sizeof(double), NULL, array));
}
END_TEST

/* ---- how good: fields with the spectrum k^-1.5 ---- */

enum { EDGE = 256, WAVES = 1000 };

static double uniform(void)
{
    return rand() / (RAND_MAX + 1.0);
}

/*
 * A sum of waves of equal amplitude with random directions and phases, whose wave numbers, from 1
 * to EDGE / 2, have the density k^-1.5. So has the power in a shell of |k|.
 */
static void make_field(double (*field)[EDGE])
{
    const double pi2 = 6.283185307179586, shortest = pow(EDGE / 2.0, -0.5);
    srand(7);
    memset(field, 0, sizeof(double[EDGE][EDGE]));
    for (int wave = 0; wave < WAVES; wave++) {
        double k = pow(1 - uniform() * (1 - shortest), -2), angle = pi2 * uniform(),
               phase = pi2 * uniform();
        double ky = pi2 * k * sin(angle) / EDGE, kx = pi2 * k * cos(angle) / EDGE, cosines[EDGE],
               sines[EDGE];
        for (int x = 0; x < EDGE; x++) {
            cosines[x] = cos(kx * x);
            sines[x] = sin(kx * x);
        }
        for (int y = 0; y < EDGE; y++) {
            double c = cos(ky * y + phase), s = sin(ky * y + phase);
            for (int x = 0; x < EDGE; x++)
                field[y][x] += c * cosines[x] - s * sines[x];
        }
    }
}

static double mean_square_error(double (*a)[EDGE], double (*b)[EDGE])
{
    double sum = 0;
    for (int y = 0; y < EDGE; y++)
        for (int x = 0; x < EDGE; x++)
            sum += (a[y][x] - b[y][x]) * (a[y][x] - b[y][x]);
    return sum / EDGE / EDGE;
}

/*
 * Losing a contiguous eighth: rows at the end, of which nothing better is known than the last one
 * that is there.
 */
static double error_of_lost_rows(double (*field)[EDGE])
{
    static double copy[EDGE][EDGE];
    memcpy(copy, field, sizeof copy);
    for (int y = EDGE - EDGE / 8; y < EDGE; y++)
        memcpy(copy[y], field[EDGE - EDGE / 8 - 1], sizeof copy[y]);
    return mean_square_error(copy, field);
}

static double error_of_lost_descriptor(double (*field)[EDGE], int missing)
{
    static double copy[EDGE][EDGE];
    const fan_mdc_lattice lattice = {2, {EDGE, EDGE}, {4, 2}};
    bool present[8];
    memcpy(copy, field, sizeof copy);
    for (int d = 0; d < 8; d++)
        present[d] = d != missing;
    for (int y = missing / 2; y < EDGE; y += 4)
        for (int x = missing % 2; x < EDGE; x += 2)
            copy[y][x] = 1e30;
    ck_assert(fan_mdc_fill(&lattice, present, FAN_MDC_DOUBLE, sizeof(double), NULL, copy));
    return mean_square_error(copy, field);
}

START_TEST(losing_a_descriptor_costs_10_db_less_than_losing_a_part)
{
    static double field[EDGE][EDGE];
    make_field(field);
    double part = error_of_lost_rows(field);
    for (int missing = 0; missing < 8; missing++)
        ck_assert_double_ge(10 * log10(part / error_of_lost_descriptor(field, missing)), 10);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {descriptors_are_a_permutation,
                                  descriptors_have_the_residues,
                                  linear_fields_are_reproduced,
                                  weights_follow_distance,
                                  at_the_edge_the_nearest_is_taken,
                                  nan_and_fill_values_are_not_averaged,
                                  integers_take_the_nearest,
                                  something_must_be_present,
                                  losing_a_descriptor_costs_10_db_less_than_losing_a_part};
    return unit_main("mdc", tests, sizeof tests / sizeof tests[0]);
}
