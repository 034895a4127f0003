/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * read FILE DATASET: rank 0 opens an HDF5 file and reads every second element of a dataset; all
 * ranks get them.
 *
 *     mpicc read.c $(pkg-config --cflags --libs fanout-hdf5) -o read
 *     mpirun -np 64 ./read input.h5 /temperature
 */
#include <fanout_hdf5.h>
#include <stdio.h>
#include <stdlib.h>

/* Select every second one along the slowest dimension. Returns how many elements these are. */
static hsize_t select_half(hid_t space)
{
    hsize_t shape[H5S_MAX_RANK], start[H5S_MAX_RANK] = {0}, stride[H5S_MAX_RANK],
                                 count[H5S_MAX_RANK];
    int rank = H5Sget_simple_extent_dims(space, shape, NULL);
    for (int d = 0; d < rank; d++) {
        stride[d] = d == 0 ? 2 : 1;
        count[d] = (shape[d] + stride[d] - 1) / stride[d];
    }
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, stride, count, NULL);
    return (hsize_t)H5Sget_select_npoints(space);
}

int main(int argc, char **argv)
{
    const int root = 0;
    int rank;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (argc != 3)
        MPI_Abort(MPI_COMM_WORLD, 2);

    /* Only the root has the file, the dataset and the selection in it. */
    hid_t file = H5I_INVALID_HID, dataset = H5I_INVALID_HID, space = H5I_INVALID_HID;
    unsigned long long count = 0;
    if (rank == root) {
        file = H5Fopen(argv[1], H5F_ACC_RDONLY, H5P_DEFAULT);
        dataset = H5Dopen2(file, argv[2], H5P_DEFAULT);
        space = H5Dget_space(dataset);
        if (space < 0)
            MPI_Abort(MPI_COMM_WORLD, 1);
        count = select_half(space);
    }
    MPI_Bcast(&count, 1, MPI_UNSIGNED_LONG_LONG, root, MPI_COMM_WORLD);
    double *values = malloc(count * sizeof *values), sum = 0;
    if (values == NULL)
        MPI_Abort(MPI_COMM_WORLD, 1);

    /* On the root like H5Dread. The dataset and file selection of other ranks are ignored. */
    if (fanout_h5_read(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, space, H5P_DEFAULT, values, root,
                       MPI_COMM_WORLD) < 0)
        MPI_Abort(MPI_COMM_WORLD, 1);
    for (unsigned long long i = 0; i < count; i++)
        sum += values[i];
    printf("rank %d: the mean of %llu elements of %s is %g\n", rank, count, argv[2],
           sum / (double)count);

    free(values);
    if (rank == root) {
        H5Sclose(space);
        H5Dclose(dataset);
        H5Fclose(file);
    }
    MPI_Finalize();
    return 0;
}
