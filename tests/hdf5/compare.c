/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * compare FILE: is what all ranks read through fanout_h5_open what HDF5 reads in the file itself?
 */
#include "config.h"

#include "fanout_hdf5.h"
#include "tests/hdf5/content.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    int rank, same;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    hid_t file = argc == 2
                     ? fanout_h5_open(argv[1], H5F_ACC_RDONLY, 0, MPI_COMM_WORLD, MPI_INFO_NULL)
                     : H5I_INVALID_HID;
    if (file < 0)
        MPI_Abort(MPI_COMM_WORLD, 1);
    uint64_t expected = content_hash_of(argv[1]);
    same = expected != 0 && content_hash(file) == expected;
    MPI_Allreduce(MPI_IN_PLACE, &same, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    H5Fclose(file);
    if (rank == 0)
        printf("%s: %s\n", argv[1], same ? "the same on all ranks" : "differs");
    MPI_Finalize();
    return !same;
}
