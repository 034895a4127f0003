/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fanout_h5_read and _blocks beside H5Dread: types, selections, layouts, sizes, and errors on all
 * ranks.
 */
#include "config.h"

#include "fanout_hdf5.h"
#include "tests/common/tap.h"
#include "tests/hdf5/content.h"
#include "tests/hdf5/random_space.h"
#include "tests/hdf5/read_file.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int rank, size;
static MPI_Comm comm;
static char path[] = "/tmp/fanout-h5-read-XXXXXX";
static hid_t file;

/* ---- beside H5Dread ---- */

/* A place in memory for `count` elements: none, a line with gaps, or rows of a rectangle. */
static hid_t random_place(random_state *state, hsize_t count)
{
    int kind = random_between(state, 0, 2);
    if (kind == 0 || count == 0)
        return H5Screate_simple(1, &count, NULL);
    if (kind == 1) {
        const hsize_t extent = 3 * count + 2, start = 1, stride = 3;
        hid_t line = H5Screate_simple(1, &extent, NULL);
        H5Sselect_hyperslab(line, H5S_SELECT_SET, &start, &stride, &count, NULL);
        return line;
    }
    hsize_t rows = count % 3 == 0 ? 3 : 1;
    const hsize_t shape[2] = {rows + 1, count / rows + 2}, start[2] = {1, 1},
                  part[2] = {rows, count / rows};
    hid_t rectangle = H5Screate_simple(2, shape, NULL);
    H5Sselect_hyperslab(rectangle, H5S_SELECT_SET, start, NULL, part, NULL);
    return rectangle;
}

/* What is around the elements must stay as it was. */
static bool same_as_read(hid_t dataset, hid_t type, hid_t place, hid_t selection, hid_t properties,
                         int root)
{
    size_t bytes = (size_t)H5Sget_simple_extent_npoints(place) * H5Tget_size(type) + 1;
    unsigned char *expected = malloc(bytes), *actual = malloc(bytes);
    memset(expected, 0x5a, bytes);
    memset(actual, 0x5a, bytes);
    hid_t nothing = H5I_INVALID_HID;
    bool is_root = rank == root, all = H5Sget_select_type(place) == H5S_SEL_ALL && rank % 2;
    herr_t code = fanout_h5_read(is_root ? dataset : nothing, type, all ? H5S_ALL : place,
                                 is_root ? selection : nothing, is_root ? properties : nothing,
                                 actual, root, comm);
    bool good = H5Dread(dataset, type, place, selection, properties, expected) >= 0 && code >= 0 &&
                memcmp(expected, actual, bytes) == 0;
    free(expected);
    free(actual);
    return good;
}

static bool same_for_random_arguments(random_state *common, random_state *own, int n)
{
    char name[20];
    snprintf(name, sizeof name, "small %d", n);
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT), space = H5Dget_space(dataset);
    int root = random_between(common, 0, size - 1), each_its_own = random_between(common, 0, 1);
    int m = random_between(common, 0, MEMORY_TYPES - 1);
    random_selection(common, space);
    hid_t type =
        memory_type(n % TYPES, each_its_own ? random_between(own, 0, MEMORY_TYPES - 1) : m);
    hid_t place = random_place(own, (hsize_t)H5Sget_select_npoints(space));
    bool good = same_as_read(dataset, type, place, space, H5P_DEFAULT, root);
    H5Tclose(type);
    H5Sclose(place);
    H5Sclose(space);
    H5Dclose(dataset);
    return good;
}

static void test_random(void)
{
    random_state common = 12345, own = (random_state)rank + 1;
    int bad = -1;
    for (int draw = 0; draw < 240; draw++)
        if (!same_for_random_arguments(&common, &own, draw % (3 * TYPES)) && bad < 0)
            bad = draw;
    if (bad >= 0)
        fprintf(stderr, "rank %d: draw %d is the first that is wrong\n", rank, bad);
    tap_ok(bad < 0, "all types, random selections, each rank with its own layout and type in "
                    "memory: as H5Dread");
}

static void select_some(hid_t space, int how)
{
    const hsize_t start[2] = {1, 3}, stride[2] = {2, 5}, count[2] = {1400, 400}, one[2] = {1, 1},
                  box[2] = {2000, 1500};
    if (how >= 1)
        H5Sselect_hyperslab(space, H5S_SELECT_SET, start, stride, count, NULL);
    if (how >= 2)
        H5Sselect_hyperslab(space, H5S_SELECT_OR, start, NULL, one, box);
}

static bool same_for_big(hid_t from, const char *name, hid_t type, int how, int root)
{
    hid_t dataset = H5Dopen2(from, name, H5P_DEFAULT), space = H5Dget_space(dataset);
    select_some(space, how);
    hsize_t count = (hsize_t)H5Sget_select_npoints(space);
    hid_t place = H5Screate_simple(1, &count, NULL);
    bool good = same_as_read(dataset, type, place, space, H5P_DEFAULT, root);
    H5Sclose(place);
    H5Sclose(space);
    H5Dclose(dataset);
    return good;
}

static void test_big(const char *name)
{
    static const char *const selections[] = {"all", "a regular hyperslab", "an irregular one"};
    for (int how = 0; how < 3; how++) {
        bool good = same_for_big(file, name, H5T_NATIVE_INT32, how, 0);
        good = same_for_big(file, name, how == 1 ? H5T_NATIVE_SHORT : H5T_NATIVE_DOUBLE, how,
                            size - 1) &&
               good;
        tap_ok(good, "24 MiB, %s, %s: as H5Dread", name, selections[how]);
    }
}

/* Not the driver for which there is a thread; and the memory of an image that all have. */
static void test_drivers(void)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_family(access, (hsize_t)1 << 40, H5P_DEFAULT);
    char name[PATH_MAX];
    snprintf(name, sizeof name, "%s-%%d", path);
    if (rank == 0) {
        hid_t made = H5Fcreate(name, H5F_ACC_TRUNC, H5P_DEFAULT, access);
        make_big(made, "rows", NULL, false);
        H5Fclose(made);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    hid_t family = H5Fopen(name, H5F_ACC_RDONLY, access),
          image = fanout_h5_open(path, H5F_ACC_RDONLY, 0, comm, MPI_INFO_NULL);
    tap_ok(same_for_big(family, "rows", H5T_NATIVE_INT32, 0, 0), "a file of the family driver");
    tap_ok(same_for_big(image, "tiles", H5T_NATIVE_INT32, 0, size - 1),
           "a file that fanout_h5_open has opened");
    H5Fclose(image);
    H5Fclose(family);
    H5Pclose(access);
    MPI_Barrier(MPI_COMM_WORLD);
    snprintf(name, sizeof name, "%s-0", path);
    if (rank == 0)
        unlink(name);
}

static void test_transform(void)
{
    hid_t dataset = H5Dopen2(file, "small 1", H5P_DEFAULT), space = H5Dget_space(dataset);
    hid_t properties = H5Pcreate(H5P_DATASET_XFER);
    H5Pset_data_transform(properties, "2*x+1");
    bool good = same_as_read(dataset, H5T_NATIVE_DOUBLE, space, space, properties, 0);
    tap_ok(good, "a data transform in the transfer properties");
    H5Pclose(properties);
    H5Sclose(space);
    H5Dclose(dataset);
}

static void test_nothing(void)
{
    hid_t dataset = H5Dopen2(file, "null", H5P_DEFAULT);
    tap_ok(fanout_h5_read(dataset, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, NULL, size - 1,
                          comm) >= 0,
           "a dataset of the null dataspace needs no buffer");
    H5Dclose(dataset);
}

/* ---- blocks ---- */

typedef struct blocks {
    hsize_t next;
    int calls, fails_at;
    bool good;
} blocks;

static int check_block(void *state, hsize_t start, hsize_t count, void *data)
{
    blocks *b = state;
    const double *values = data;
    b->good = b->good && start == b->next && count > 0;
    b->next = start + count;
    for (hsize_t i = 0; i < count; i++)
        b->good = b->good && values[i] == (double)((start + i) / 3 * 7);
    return ++b->calls == b->fails_at ? 17 : 0;
}

static herr_t read_blocks(blocks *b, const char *name, fanout_h5_block_fn *callback, int root)
{
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    herr_t code = fanout_h5_read_blocks(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5P_DEFAULT, callback,
                                        b, root, comm);
    bool says = code >= 0 || error_says("");
    H5Dclose(dataset);
    return says ? code : 1;
}

static void test_blocks(void)
{
    blocks all = {.good = true}, some = {.good = true};
    herr_t code = read_blocks(&all, "tiles", check_block, 0);
    tap_ok(code >= 0 && all.good && all.calls > 10 && all.next == (hsize_t)BIG_ROWS * BIG_COLUMNS,
           "blocks, in order, all elements");
    code = read_blocks(&some, "contiguous", rank % 2 ? check_block : NULL, size - 1);
    tap_ok(code >= 0 && some.good && some.next == (rank % 2 ? all.next : 0),
           "ranks without a callback");
    for (int failing = 0; failing < size; failing += size - 1) {
        blocks b = {.good = true, .fails_at = rank == failing ? 3 : 0};
        code = read_blocks(&b, "contiguous", check_block, 0);
        tap_ok(code < 0 && b.good && b.calls == (rank == failing ? 3 : all.calls),
               "a callback that fails on rank %d: an error on all, the others get everything",
               failing);
    }
}

/* ---- errors ---- */

static char buffer[SMALL * 16];

static bool read_fails(const char *name, hid_t type, hid_t place, const char *text)
{
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    herr_t code = fanout_h5_read(dataset, type, place, H5S_ALL, H5P_DEFAULT, buffer, 0, comm);
    bool good = code < 0 && error_says(text);
    H5Dclose(dataset);
    return good;
}

static void test_types_that_cannot_travel(void)
{
    hid_t string = string_type(H5T_VARIABLE), number = H5Tcreate(H5T_COMPOUND, 8);
    H5Tinsert(number, "number", 0, H5T_NATIVE_INT64);
    tap_ok(read_fails("strings", string, H5S_ALL,
                      "rank 0: the dataset has strings of variable length"),
           "strings of variable length");
    tap_ok(read_fails("lists in records", number, H5S_ALL, "elements of variable length"),
           "lists in compounds");
    H5Tclose(string);
    H5Tclose(number);
}

static void test_wrong_arguments(void)
{
    const hsize_t seven = 7;
    bool last = rank == size - 1;
    hid_t few = H5Screate_simple(1, &seven, NULL), opaque = H5Tcreate(H5T_OPAQUE, 3);
    tap_ok(read_fails("small 0", H5T_NATIVE_INT, last ? few : H5S_ALL,
                      "7 elements are selected in memory"),
           "too few elements on one rank");
    tap_ok(read_fails("small 0", last ? opaque : H5T_NATIVE_INT, H5S_ALL, "cannot be converted"),
           "no conversion on one rank");
    tap_ok(read_fails("small 0", last ? few : H5T_NATIVE_INT, H5S_ALL, "is not a datatype"),
           "no type on one rank");
    tap_ok(fanout_h5_read(few, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer, 0, comm) <
                   0 &&
               error_says("rank 0: not a dataset identifier"),
           "no dataset");
    hid_t dataset = H5Dopen2(file, "small 0", H5P_DEFAULT);
    tap_ok(fanout_h5_read(dataset, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                          last ? NULL : buffer, 0, comm) < 0 &&
               error_says("the buffer is NULL"),
           "no buffer on one rank");
    tap_ok(fanout_h5_read(dataset, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer, last,
                          comm) < 0 &&
               error_says("different roots"),
           "different roots");
    H5Dclose(dataset);
    H5Sclose(few);
    H5Tclose(opaque);
}

/* Bytes in the middle of the file, which are data of the large datasets in chunks. */
static void damage(void)
{
    FILE *bytes = fopen(path, "r+b");
    fseek(bytes, 0, SEEK_END);
    long end = ftell(bytes);
    for (long at = end / 2; at < end; at += 20000) {
        fseek(bytes, at, SEEK_SET);
        fputs("damage", bytes);
    }
    fclose(bytes);
}

static void test_damage(void)
{
    H5Fclose(file);
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0)
        damage();
    MPI_Barrier(MPI_COMM_WORLD);
    file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    blocks b = {.good = true};
    herr_t code = read_blocks(&b, "tiles", check_block, 0);
    tap_ok(code < 0, "a chunk that is damaged: an error on all ranks");
    tap_ok(same_for_random_arguments(&(random_state){5}, &(random_state){6}, 0),
           "the communicator works after that");
}

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    if (rank == 0 && mkstemp(path) < 0)
        MPI_Abort(MPI_COMM_WORLD, 1);
    MPI_Bcast(path, sizeof path, MPI_CHAR, 0, MPI_COMM_WORLD);
    if (rank == 0)
        make_file(path);
    MPI_Barrier(MPI_COMM_WORLD);
    file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    test_random();
    test_big("contiguous");
    test_big("rows");
    test_big("tiles");
    test_drivers();
    test_transform();
    test_nothing();
    test_blocks();
    test_types_that_cannot_travel();
    test_wrong_arguments();
    test_damage();
    H5Fclose(file);
    MPI_Comm_free(&comm);
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0)
        unlink(path);
    return tap_end();
}
