/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * make-field FILE [SIZE]: write an HDF5 file with a smooth field, something like what simulations
 * write.
 *
 * The dataset "temperature" has SIZE (256M unless told) of float32 in planes of 512 x 512:
 *     T(z,y,x) = 288 + sum over m = 1..4 of (8 / m) sin(2 pi m (y / 512 + sqrt(2) z / planes))
 *     cos(2 pi m x / 512)
 * sqrt(2) makes all planes different, so that data at a wrong place is noticed.
 */
#include "config.h"

#include "base/units.h"

#include <hdf5.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { EDGE = 512, MODES = 4 };

static const double two_pi = 6.283185307179586476925;

/* The result of an HDF5 call, which prints its own message when it fails. */
static hid_t need(hid_t result)
{
    if (result < 0)
        exit(1);
    return result;
}

static void put_text(hid_t object, const char *name, const char *text)
{
    hid_t type = need(H5Tcopy(H5T_C_S1));
    need(H5Tset_size(type, H5T_VARIABLE));
    hid_t space = need(H5Screate(H5S_SCALAR));
    hid_t attribute = need(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT));
    need(H5Awrite(attribute, type, &text));
    need(H5Aclose(attribute));
    need(H5Sclose(space));
    need(H5Tclose(type));
}

static void fill_plane(float plane[EDGE][EDGE], double z)
{
    static float cosine[MODES][EDGE];
    for (int m = 1; m <= MODES; m++)
        for (int x = 0; x < EDGE; x++)
            cosine[m - 1][x] = (float)(8.0 / m * cos(two_pi * m * x / EDGE));
    for (int y = 0; y < EDGE; y++) {
        float sine[MODES];
        for (int m = 1; m <= MODES; m++)
            sine[m - 1] = (float)sin(two_pi * m * ((double)y / EDGE + sqrt(2) * z));
        for (int x = 0; x < EDGE; x++) {
            float sum = 288;
            for (int m = 0; m < MODES; m++)
                sum += sine[m] * cosine[m][x];
            plane[y][x] = sum;
        }
    }
}

static void write_planes(hid_t dataset, hsize_t planes)
{
    static float plane[EDGE][EDGE];
    const hsize_t shape[3] = {planes, EDGE, EDGE};
    const hsize_t one[3] = {1, EDGE, EDGE};
    hid_t file_space = need(H5Screate_simple(3, shape, NULL));
    hid_t memory_space = need(H5Screate_simple(3, one, NULL));
    for (hsize_t z = 0; z < planes; z++) {
        const hsize_t start[3] = {z, 0, 0};
        fill_plane(plane, (double)z / (double)planes);
        need(H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start, NULL, one, NULL));
        need(H5Dwrite(dataset, H5T_NATIVE_FLOAT, memory_space, file_space, H5P_DEFAULT, plane));
    }
    need(H5Sclose(memory_space));
    need(H5Sclose(file_space));
}

static void write_file(const char *path, hsize_t planes)
{
    const hsize_t shape[3] = {planes, EDGE, EDGE};
    hid_t file = need(H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    hid_t space = need(H5Screate_simple(3, shape, NULL));
    hid_t dataset = need(H5Dcreate2(file, "temperature", H5T_IEEE_F32LE, space, H5P_DEFAULT,
                                    H5P_DEFAULT, H5P_DEFAULT));
    put_text(dataset, "long_name", "air temperature");
    put_text(dataset, "units", "K");
    write_planes(dataset, planes);
    need(H5Dclose(dataset));
    need(H5Sclose(space));
    need(H5Fclose(file));
}

int main(int argc, char **argv)
{
    const int64_t plane_bytes = EDGE * EDGE * sizeof(float);
    int64_t bytes = 0;
    if (argc < 2 || argc > 3 || !fan_parse_bytes(argc == 3 ? argv[2] : "256M", &bytes) ||
        bytes < plane_bytes) {
        fputs("usage: make-field FILE [SIZE], where SIZE is at least 1M\n", stderr);
        return 2;
    }
    write_file(argv[1], (hsize_t)(bytes / plane_bytes));
    return 0;
}
