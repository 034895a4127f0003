/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rank 1 has a broadcast pending, which the others wait for before they come to libfanout_hdf5. It
 * goes on while rank 1 waits for them there.
 */
#include "config.h"

#include "fanout.h"
#include "fanout_hdf5.h"
#include "tests/common/tap.h"
#include "tests/hdf5/files.h"
#include "tests/hdf5/folder.h"

#include <stdlib.h>

static int rank;

static bool open_file(MPI_Comm comm)
{
    hid_t file = fanout_h5_open(in_folder("all.h5"), H5F_ACC_RDONLY, 0, comm, MPI_INFO_NULL);
    return file >= 0 && H5Fclose(file) >= 0;
}

static hid_t open_dataset(hid_t *file)
{
    *file = H5Fopen(in_folder("big.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    return H5Dopen2(*file, "big", H5P_DEFAULT);
}

static bool read_dataset(MPI_Comm comm)
{
    enum { BYTES = 2 * BIG_EDGE * BIG_EDGE };
    hid_t file = -1, dataset = rank == 0 ? open_dataset(&file) : -1;
    char *data = malloc(BYTES);
    hsize_t length = BYTES;
    hid_t memory = H5Screate_simple(1, &length, NULL);
    bool good =
        fanout_h5_read(dataset, H5T_NATIVE_CHAR, memory, H5S_ALL, H5P_DEFAULT, data, 0, comm) >= 0;
    H5Sclose(memory);
    if (rank == 0)
        good = H5Dclose(dataset) >= 0 && H5Fclose(file) >= 0 && good;
    free(data);
    return good;
}

static bool entangle(bool (*call)(MPI_Comm comm), MPI_Comm comm)
{
    enum { BYTES = 8 << 20 };
    char *data = calloc(1, BYTES);
    fanout_request request;
    bool good = fanout_ibcast(data, BYTES, MPI_BYTE, 0, MPI_COMM_WORLD, &request) == MPI_SUCCESS;
    if (rank != 1)
        good = fanout_wait(&request) == MPI_SUCCESS && good;
    good = call(comm) && good;
    if (rank == 1)
        good = fanout_wait(&request) == MPI_SUCCESS && good;
    free(data);
    return good;
}

static void test_call(const char *name, bool (*call)(MPI_Comm comm))
{
    MPI_Comm comm;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    tap_ok(entangle(call, comm), "%s, the first call on a communicator", name);
    tap_ok(entangle(call, comm), "and the second");
    MPI_Comm_free(&comm);
}

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    make_folder();
    if (rank == 0) {
        make_full_file(in_folder("all.h5"), H5F_LIBVER_LATEST, 0);
        make_big_file(in_folder("big.h5"), 2);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    test_call("fanout_h5_open", open_file);
    test_call("fanout_h5_read", read_dataset);
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0)
        remove_folder();
    return tap_end();
}
