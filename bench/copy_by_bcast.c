/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A file to all ranks as one writes it without libfanout: rank 0 reads it in pieces, MPI_Bcast
 * sends each, all others write it. On rank 0 the file stays as it is.
 *
 *     mpirun -N 1 --host a,b,c bench/copy_by_bcast SOURCE DESTINATION
 */
#include "config.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 1 << 20 };

static FILE *open_or_end(const char *path, const char *mode)
{
    FILE *file = fopen(path, mode);
    if (file == NULL) {
        perror(path);
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    return file;
}

int main(int argc, char **argv)
{
    static char piece[PIECE];
    int rank, bytes;
    if (argc != 3) {
        fprintf(stderr, "Usage: copy_by_bcast SOURCE DESTINATION\n");
        return 2;
    }
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    FILE *file = rank == 0 ? open_or_end(argv[1], "rb") : open_or_end(argv[2], "wb");
    MPI_Barrier(MPI_COMM_WORLD);
    double start = MPI_Wtime();
    do {
        bytes = rank == 0 ? (int)fread(piece, 1, PIECE, file) : 0;
        MPI_Bcast(&bytes, 1, MPI_INT, 0, MPI_COMM_WORLD);
        MPI_Bcast(piece, bytes, MPI_BYTE, 0, MPI_COMM_WORLD);
        if (rank != 0 && fwrite(piece, 1, (size_t)bytes, file) != (size_t)bytes)
            MPI_Abort(MPI_COMM_WORLD, 1);
    } while (bytes == PIECE);
    if (ferror(file) || fclose(file) != 0)
        MPI_Abort(MPI_COMM_WORLD, 1);
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0)
        printf("%.6f\n", MPI_Wtime() - start);
    MPI_Finalize();
    return 0;
}
