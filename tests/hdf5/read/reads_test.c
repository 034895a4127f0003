/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How often fanout_h5_read reads: a block is read twice if an element may be a hole (holes.h), but
 * data that looks like the mark of holes costs that once, not for every block.
 */
#include "config.h"

#include "fanout_hdf5.h"
#include "tests/common/tap.h"
#include "tests/hdf5/folder.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1024 * 1024, BLOCKS = 6, BYTES = BLOCKS * BLOCK };

typedef herr_t h5dread(hid_t, hid_t, hid_t, hid_t, hid_t, void *);

static atomic_int reads;

/* In front of HDF5's. */
herr_t H5Dread(hid_t dataset, hid_t type, hid_t memory, hid_t space, hid_t properties, void *into)
{
    static h5dread *of_hdf5;
    if (of_hdf5 == NULL)
        of_hdf5 = (h5dread *)(uintptr_t)dlsym(RTLD_NEXT, "H5Dread");
    atomic_fetch_add(&reads, 1);
    return of_hdf5(dataset, type, memory, space, properties, into);
}

static int rank;
static unsigned char expected[BYTES], actual[BYTES];

/* One value everywhere, or `values` of them in turn. */
static void write_dataset(hid_t file, int first, int values)
{
    const hsize_t length = BYTES;
    hid_t line = H5Screate_simple(1, &length, NULL), properties = H5Pcreate(H5P_DATASET_CREATE);
    for (int i = 0; i < BYTES; i++)
        expected[i] = (unsigned char)(first + i % values);
    hid_t source =
        H5Dcreate2(file, "source", H5T_NATIVE_UCHAR, line, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(source, H5T_NATIVE_UCHAR, H5S_ALL, H5S_ALL, H5P_DEFAULT, expected);
    H5Pset_virtual(properties, line, ".", "source", line);
    hid_t dataset =
        H5Dcreate2(file, "virtual", H5T_NATIVE_UCHAR, line, H5P_DEFAULT, properties, H5P_DEFAULT);
    H5Dclose(dataset);
    H5Dclose(source);
    H5Pclose(properties);
    H5Sclose(line);
}

static void make_file(const char *path, int first, int values)
{
    if (rank == 0) {
        hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
        write_dataset(file, first, values);
        H5Fclose(file);
    }
    MPI_Bcast(expected, BYTES, MPI_BYTE, 0, MPI_COMM_WORLD);
}

static void test(const char *path, int first, int values, int most)
{
    make_file(path, first, values);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT),
          dataset = H5Dopen2(file, "virtual", H5P_DEFAULT);
    memset(actual, 17, sizeof actual);
    atomic_store(&reads, 0);
    herr_t code = fanout_h5_read(dataset, H5T_NATIVE_UCHAR, H5S_ALL, H5S_ALL, H5P_DEFAULT, actual,
                                 0, MPI_COMM_WORLD);
    int count = atomic_load(&reads);
    tap_ok(code >= 0 && memcmp(actual, expected, BYTES) == 0, "%d values from %d on: right", values,
           first);
    tap_ok(rank != 0 || (count >= BLOCKS && count <= most),
           "%d values from %d on: %d blocks take at most %d reads", values, first, BLOCKS, most);
    H5Dclose(dataset);
    H5Fclose(file);
    MPI_Barrier(MPI_COMM_WORLD);
}

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    make_folder();
    const char *path = in_folder("reads.h5");
    MPI_Barrier(MPI_COMM_WORLD);
    test(path, 0, 1, BLOCKS + 1);
    test(path, 0x5a, 1, BLOCKS + 1);
    test(path, 0xa5, 1, BLOCKS + 1);
    test(path, 0x5a, 0xa5 - 0x5a + 1, BLOCKS + 1);
    test(path, 3, 254, BLOCKS + 1);
    test(path, 0, 256, 2 * BLOCKS);
    if (rank == 0)
        remove_folder();
    return tap_end();
}
