/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * copy FILE COPY [KEY VALUE]...: a file that only rank 0 must be able to read is put on the local
 * disk of every node, where all ranks read it.
 *
 *     mpicc copy.c $(pkg-config --cflags --libs fanout-copy) -o copy
 *     mpirun -np 64 ./copy input.dat /tmp/input.dat
 *     mpirun -np 64 ./copy input.tar.zst /tmp/input unpack true once true
 */
#include <fanout_copy.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    int rank;
    MPI_Info info;
    fanout_copy_result *result;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (argc < 3)
        MPI_Abort(MPI_COMM_WORLD, 2);

    MPI_Info_create(&info);
    MPI_Info_set(info, "mkpath", "true"); /* as fanout-copy --mkpath */
    for (int i = 3; i + 1 < argc; i += 2)
        MPI_Info_set(info, argv[i], argv[i + 1]);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    int code = fanout_copy_file(argv[1], argv[2], 0, MPI_COMM_WORLD, info, &result);
    MPI_Info_free(&info);

    /* The result is the same on all ranks. */
    if (rank == 0 && result != NULL) {
        for (int i = 0; i < result->problem_count; i++)
            fprintf(stderr, "%s: %s: %s\n", result->problems[i].host, result->problems[i].path,
                    result->problems[i].text);
        printf("%d of %d copies\n", result->whole, result->writers);
    }
    fanout_copy_result_free(&result);
    MPI_Finalize();
    return code != MPI_SUCCESS;
}
