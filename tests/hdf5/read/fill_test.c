/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fanout_h5_read of elements that were never written, beside H5Dread: with a fill value it
 * delivers that, and otherwise leaves alone what is in each rank's memory.
 */
#include "config.h"

#include "fanout_hdf5.h"
#include "tests/common/tap.h"
#include "tests/hdf5/folder.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = 600, COLUMNS = 1000, ELEMENTS = ROWS * COLUMNS };

typedef enum layout { CONTIGUOUS, CHUNKED, DEFLATED, VIRTUAL, LAYOUTS } layout;
typedef enum written { NOTHING, SOME, EVERYTHING, WRITTEN } written;
typedef enum fill { DEFAULT, VALUE, NEVER, UNDEFINED, FILLS } fill;

static const char *const layouts[] = {"contiguous", "chunked", "deflated", "virtual"},
                         *const parts[] = {"nothing", "some", "everything"},
                         *const fills[] = {"default", "value", "never", "undefined"};

static int rank, size;
static MPI_Comm comm;
static const char *path;
static hid_t file;

/* ---- the file ---- */

static void name_of(char *name, layout l, written w, fill f, bool bytes)
{
    snprintf(name, 80, "%s, %s written, fill %s%s", layouts[l], parts[w], fills[f],
             bytes ? ", bytes" : "");
}

static void set_fill(hid_t properties, fill f)
{
    const int value = -7;
    if (f == VALUE)
        H5Pset_fill_value(properties, H5T_NATIVE_INT, &value);
    if (f == NEVER)
        H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER);
    if (f == UNDEFINED)
        H5Pset_fill_value(properties, H5T_NATIVE_INT, NULL);
}

static void set_layout(hid_t properties, layout l, fill f, hid_t space, bool bytes)
{
    const hsize_t chunk[2] = {70, 300};
    char source[80];
    if (l == CHUNKED || l == DEFLATED)
        H5Pset_chunk(properties, 2, chunk);
    if (l == DEFLATED)
        H5Pset_deflate(properties, 1);
    if (l == VIRTUAL) {
        name_of(source, CHUNKED, SOME, f, bytes);
        H5Pset_virtual(properties, space, ".", source, space);
    }
}

/* Bytes take all values, those by which holes are looked for among them. */
static void write_part(hid_t dataset, hid_t space, written w)
{
    const hsize_t start[2] = {100, 200},
                  count[2] = {w == SOME ? 150 : ROWS, w == SOME ? 400 : COLUMNS}, zero[2] = {0, 0};
    int *data = malloc(ELEMENTS * sizeof *data);
    for (int i = 0; i < ELEMENTS; i++)
        data[i] = i % 256;
    H5Sselect_hyperslab(space, H5S_SELECT_SET, w == SOME ? start : zero, NULL, count, NULL);
    hid_t memory = H5Screate_simple(2, count, NULL);
    H5Dwrite(dataset, H5T_NATIVE_INT, memory, space, H5P_DEFAULT, data);
    H5Sclose(memory);
    free(data);
}

static void make_dataset(hid_t made, layout l, written w, fill f, bool bytes)
{
    const hsize_t shape[2] = {ROWS, COLUMNS};
    char name[80];
    hid_t space = H5Screate_simple(2, shape, NULL), properties = H5Pcreate(H5P_DATASET_CREATE);
    name_of(name, l, w, f, bytes);
    set_fill(properties, f);
    set_layout(properties, l, f, space, bytes);
    hid_t dataset = H5Dcreate2(made, name, bytes ? H5T_NATIVE_UCHAR : H5T_NATIVE_INT, space,
                               H5P_DEFAULT, properties, H5P_DEFAULT);
    if (w != NOTHING && l != VIRTUAL)
        write_part(dataset, space, w);
    H5Dclose(dataset);
    H5Pclose(properties);
    H5Sclose(space);
}

static void for_all(void (*visit)(layout, written, fill, bool))
{
    for (int l = 0; l < LAYOUTS; l++)
        for (int w = 0; w < WRITTEN; w++)
            for (int f = 0; f < FILLS; f++)
                if (l != VIRTUAL || w == NOTHING)
                    for (int bytes = 0; bytes < 2; bytes++)
                        visit((layout)l, (written)w, (fill)f, bytes);
}

static void make_one(layout l, written w, fill f, bool bytes)
{
    make_dataset(file, l, w, f, bytes);
}

/* ---- beside H5Dread ---- */

static bool same(hid_t dataset, hid_t type, hid_t place, int root)
{
    size_t bytes = 2 * ELEMENTS * H5Tget_size(type);
    unsigned char *expected = malloc(bytes), *actual = malloc(bytes);
    memset(expected, 17 * (rank + 1), bytes);
    memset(actual, 17 * (rank + 1), bytes);
    herr_t own = H5Dread(dataset, type, place, H5S_ALL, H5P_DEFAULT, expected),
           code = fanout_h5_read(dataset, type, place, H5S_ALL, H5P_DEFAULT, actual, root, comm);
    bool good = (own < 0) == (code < 0) && (own < 0 || memcmp(expected, actual, bytes) == 0);
    free(expected);
    free(actual);
    return good;
}

static void test_one(layout l, written w, fill f, bool bytes)
{
    const hsize_t extent = 2 * ELEMENTS, start = 1, stride = 2, count = ELEMENTS;
    char name[80];
    name_of(name, l, w, f, bytes);
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT), line = H5Screate_simple(1, &extent, NULL);
    H5Sselect_hyperslab(line, H5S_SELECT_SET, &start, &stride, &count, NULL);
    bool good = same(dataset, bytes ? H5T_NATIVE_UCHAR : H5T_NATIVE_INT, H5S_ALL, size - 1);
    good = same(dataset, rank % 2 ? H5T_NATIVE_DOUBLE : H5T_NATIVE_SHORT, line, 0) && good;
    tap_ok(good, "%s: as H5Dread", name);
    H5Sclose(line);
    H5Dclose(dataset);
}

/* ---- compounds ---- */

typedef struct record {
    int number;
    double value;
} record;

static hid_t record_type(void)
{
    hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(record));
    H5Tinsert(type, "number", HOFFSET(record, number), H5T_NATIVE_INT);
    H5Tinsert(type, "value", HOFFSET(record, value), H5T_NATIVE_DOUBLE);
    return type;
}

static void make_records(void)
{
    const hsize_t shape = 1000, chunk = 100, start = 250, count = 300;
    record records[300];
    memset(records, 0, sizeof records);
    for (int i = 0; i < 300; i++)
        records[i] = (record){i, i / 2.};
    hid_t type = record_type(), space = H5Screate_simple(1, &shape, NULL),
          memory = H5Screate_simple(1, &count, NULL), properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(properties, 1, &chunk);
    H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER);
    hid_t dataset = H5Dcreate2(file, "records", type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &count, NULL);
    H5Dwrite(dataset, type, memory, space, H5P_DEFAULT, records);
    H5Dclose(dataset);
    H5Pclose(properties);
    H5Sclose(memory);
    H5Sclose(space);
    H5Tclose(type);
}

static void test_records(void)
{
    hid_t dataset = H5Dopen2(file, "records", H5P_DEFAULT), number = H5Tcreate(H5T_COMPOUND, 12);
    static record records[1000];
    H5Tinsert(number, "number", 8, H5T_NATIVE_INT);
    tap_ok(same(dataset, number, H5S_ALL, 0), "records, a part of their members: as H5Dread");
    hid_t type = record_type();
    for (int i = 0; i < 1000; i++)
        records[i] = (record){-rank, rank};
    bool good =
        fanout_h5_read(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, records, size - 1, comm) >= 0;
    for (int i = 0; i < 1000; i++) {
        bool hole = i < 200 || i >= 600, full = i >= 250 && i < 550;
        good = good && (!hole || (records[i].number == -rank && records[i].value == rank)) &&
               (!full || (records[i].number == i - 250 && records[i].value == (i - 250) / 2.));
    }
    tap_ok(good, "records: holes keep what is there");
    H5Tclose(type);
    H5Tclose(number);
    H5Dclose(dataset);
}

/* ---- blocks ---- */

static int add(void *state, hsize_t start, hsize_t count, void *data)
{
    double *sum = state;
    (void)start;
    for (hsize_t i = 0; i < count; i++)
        *sum += ((double *)data)[i];
    return 0;
}

static void test_blocks(void)
{
    char name[80];
    double sum = 0;
    name_of(name, CONTIGUOUS, NOTHING, NEVER, false);
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    herr_t code =
        fanout_h5_read_blocks(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5P_DEFAULT, add, &sum, 0, comm);
    tap_ok(code >= 0 && sum == 0, "in blocks, what was never written is zero");
    H5Dclose(dataset);
}

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    make_folder();
    path = in_folder("fill.h5");
    if (rank == 0) {
        file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
        for_all(make_one);
        make_records();
        H5Fclose(file);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    for_all(test_one);
    test_records();
    test_blocks();
    H5Fclose(file);
    MPI_Comm_free(&comm);
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0)
        remove_folder();
    return tap_end();
}
