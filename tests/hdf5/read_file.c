/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/hdf5/read_file.h"

#include "tests/hdf5/random_space.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct full_record {
    double value;
    int32_t number;
    char name[4];
} full_record;

/* A member less, another order. */
typedef struct part_record {
    char name[4];
    float value;
} part_record;

/* A member that the file has not. */
typedef struct more_record {
    float own;
    int32_t number;
} more_record;

hid_t string_type(size_t bytes)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, bytes);
    return type;
}

static hid_t full_type(void)
{
    hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(full_record)), name = string_type(4);
    H5Tinsert(type, "value", HOFFSET(full_record, value), H5T_NATIVE_DOUBLE);
    H5Tinsert(type, "number", HOFFSET(full_record, number), H5T_NATIVE_INT32);
    H5Tinsert(type, "name", HOFFSET(full_record, name), name);
    H5Tclose(name);
    return type;
}

static hid_t part_type(void)
{
    hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(part_record)), name = string_type(4);
    H5Tinsert(type, "name", HOFFSET(part_record, name), name);
    H5Tinsert(type, "value", HOFFSET(part_record, value), H5T_NATIVE_FLOAT);
    H5Tclose(name);
    return type;
}

static hid_t more_type(void)
{
    hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(more_record));
    H5Tinsert(type, "own", HOFFSET(more_record, own), H5T_NATIVE_FLOAT);
    H5Tinsert(type, "number", HOFFSET(more_record, number), H5T_NATIVE_INT32);
    return type;
}

static hid_t enum_type(hid_t base)
{
    hid_t type = H5Tenum_create(base);
    for (int i = 0; i < 5; i++) {
        char name[8];
        int value = base == H5T_NATIVE_INT ? 100 - i : i;
        snprintf(name, sizeof name, "e%d", i);
        H5Tconvert(H5T_NATIVE_INT, base, 1, &value, NULL, H5P_DEFAULT);
        H5Tenum_insert(type, name, &value);
    }
    return type;
}

static hid_t array_type(void)
{
    const hsize_t three = 3;
    return H5Tarray_create2(H5T_NATIVE_SHORT, 1, &three);
}

/* The n-th type of the file. The caller closes it. */
static hid_t file_type(int n)
{
    switch (n) {
    case 0: return H5Tcopy(H5T_STD_I32BE);
    case 1: return H5Tcopy(H5T_NATIVE_DOUBLE);
    case 2: return full_type();
    case 3: return string_type(5);
    case 4: return enum_type(H5T_NATIVE_SCHAR);
    case 5: return array_type();
    case 6: return H5Tcreate(H5T_OPAQUE, 7);
    default: return H5Tcopy(H5T_NATIVE_B16);
    }
}

hid_t memory_type(int n, int m)
{
    switch (n) {
    case 0:
        return H5Tcopy(m == 0 ? H5T_NATIVE_INT32 : m == 1 ? H5T_NATIVE_DOUBLE : H5T_NATIVE_SHORT);
    case 1: return H5Tcopy(m == 0 ? H5T_NATIVE_DOUBLE : m == 1 ? H5T_NATIVE_FLOAT : H5T_IEEE_F64BE);
    case 2: return m == 0 ? full_type() : m == 1 ? part_type() : more_type();
    case 3: return string_type(m == 0 ? 5 : m == 1 ? 9 : 3);
    case 4: return enum_type(m == 0 ? H5T_NATIVE_SCHAR : H5T_NATIVE_INT);
    default: return file_type(n);
    }
}

static void write_elements(hid_t dataset, hid_t type, size_t count)
{
    size_t bytes = H5Tget_size(type);
    unsigned char *data = calloc(count, bytes);
    for (size_t i = 0; i < count; i++)
        switch (H5Tget_class(type)) {
        case H5T_FLOAT: ((double *)data)[i] = (double)i * 0.25; break;
        case H5T_COMPOUND:
            ((full_record *)data)[i] =
                (full_record){(double)i / 2, (int32_t)i * 3, {'a', (char)('a' + i % 26)}};
            break;
        case H5T_ENUM: data[i] = (unsigned char)(i % 5); break;
        default:
            for (size_t b = 0; b < bytes; b++)
                data[i * bytes + b] = (unsigned char)('a' + (i * 7 + b * 3 + i / 100) % 25);
        }
    H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
    free(data);
}

/* Every second one in chunks, with filters. */
static void make_dataset(random_state *state, hid_t to, const char *name, int n)
{
    hsize_t shape[MOST_DIMENSIONS], chunk[MOST_DIMENSIONS];
    int dimensions = random_shape(state, SMALL, shape);
    hid_t type = file_type(n), space = H5Screate_simple(dimensions, shape, NULL),
          properties = H5Pcreate(H5P_DATASET_CREATE);
    for (int d = 0; d < dimensions; d++)
        chunk[d] = (hsize_t)random_between(state, 1, (int)shape[d]);
    if (random_between(state, 0, 1)) {
        H5Pset_chunk(properties, dimensions, chunk);
        H5Pset_deflate(properties, 1);
    }
    hid_t dataset = H5Dcreate2(to, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    write_elements(dataset, type, (size_t)H5Sget_simple_extent_npoints(space));
    H5Dclose(dataset);
    H5Pclose(properties);
    H5Sclose(space);
    H5Tclose(type);
}

void make_big(hid_t to, const char *name, const hsize_t *chunk, bool filters)
{
    const hsize_t shape[2] = {BIG_ROWS, BIG_COLUMNS};
    int32_t *data = malloc((size_t)BIG_ROWS * BIG_COLUMNS * sizeof *data);
    for (int i = 0; i < BIG_ROWS * BIG_COLUMNS; i++)
        data[i] = i / 3 * 7;
    hid_t space = H5Screate_simple(2, shape, NULL), properties = H5Pcreate(H5P_DATASET_CREATE);
    if (chunk != NULL)
        H5Pset_chunk(properties, 2, chunk);
    if (filters) {
        H5Pset_shuffle(properties);
        H5Pset_deflate(properties, 1);
        H5Pset_fletcher32(properties);
    }
    hid_t dataset =
        H5Dcreate2(to, name, H5T_NATIVE_INT32, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    H5Dwrite(dataset, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
    H5Dclose(dataset);
    H5Pclose(properties);
    H5Sclose(space);
    free(data);
}

static void make_variable(hid_t to)
{
    const char *text = "text";
    hid_t string = string_type(H5T_VARIABLE), list = H5Tvlen_create(H5T_NATIVE_INT),
          one = H5Screate(H5S_SCALAR);
    hid_t record = H5Tcreate(H5T_COMPOUND, 16 + 8);
    H5Tinsert(record, "number", 0, H5T_NATIVE_INT64);
    H5Tinsert(record, "list", 8, list);
    hid_t dataset = H5Dcreate2(to, "strings", string, one, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(dataset, string, H5S_ALL, H5S_ALL, H5P_DEFAULT, &text);
    H5Dclose(dataset);
    H5Dclose(
        H5Dcreate2(to, "lists in records", record, one, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Tclose(record);
    H5Tclose(list);
    H5Tclose(string);
    H5Sclose(one);
}

void make_file(const char *path)
{
    const hsize_t rows[2] = {100, BIG_COLUMNS}, tiles[2] = {250, 700};
    random_state state = 99;
    hid_t made = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT),
          null = H5Screate(H5S_NULL);
    for (int n = 0; n < 3 * TYPES; n++) {
        char name[20];
        snprintf(name, sizeof name, "small %d", n);
        make_dataset(&state, made, name, n % TYPES);
    }
    make_big(made, "contiguous", NULL, false);
    make_big(made, "rows", rows, true);
    make_big(made, "tiles", tiles, true);
    make_variable(made);
    H5Dclose(H5Dcreate2(made, "null", H5T_NATIVE_INT, null, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(null);
    H5Fclose(made);
}
