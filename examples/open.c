/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * open FILE DATASET: all ranks open an HDF5 file that only rank 0 must be able to read, and read a
 * dataset with HDF5's own calls.
 *
 *     mpicc open.c $(pkg-config --cflags --libs fanout-hdf5) -o open
 *     mpirun -np 64 ./open input.h5 /temperature
 */
#include <fanout_hdf5.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    int rank;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (argc != 3)
        MPI_Abort(MPI_COMM_WORLD, 2);

    /* Instead of H5Fopen. The file is read once, and its bytes are kept once on each node. */
    hid_t file = fanout_h5_open(argv[1], H5F_ACC_RDONLY, 0, MPI_COMM_WORLD, MPI_INFO_NULL);
    if (file < 0) /* on all ranks; HDF5 has printed the reason */
        MPI_Abort(MPI_COMM_WORLD, 1);

    /* From here on the program is the same as without fanout. */
    hid_t dataset = H5Dopen2(file, argv[2], H5P_DEFAULT);
    hid_t space = H5Dget_space(dataset);
    hssize_t count = H5Sget_simple_extent_npoints(space);
    if (dataset < 0 || count < 1)
        MPI_Abort(MPI_COMM_WORLD, 1);
    double *values = malloc((size_t)count * sizeof *values), sum = 0;
    if (values == NULL ||
        H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
        MPI_Abort(MPI_COMM_WORLD, 1);
    for (hssize_t i = 0; i < count; i++)
        sum += values[i];
    printf("rank %d: the mean of %s is %g\n", rank, argv[2], sum / (double)count);

    free(values);
    H5Sclose(space);
    H5Dclose(dataset);
    H5Fclose(file); /* frees the image; other ranks need not do it at the same time */
    MPI_Finalize();
    return 0;
}
