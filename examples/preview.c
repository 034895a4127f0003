/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * preview: rank 0 broadcasts a field in 2 x 2 descriptors. The last rank draws it when it has the
 * first quarter, with the rest interpolated, and again when it has everything.
 *
 *     mpicc preview.c $(pkg-config --cflags --libs fanout) -lm -o preview
 *     mpirun -np 4 ./preview
 */
#include <fanout_mdc.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 24, COLUMNS = 64, DESCRIPTORS = 4 };

typedef struct picture {
    float field[ROWS][COLUMNS];
    fanout_mdc mdc;
    int present[DESCRIPTORS];
} picture;

static void draw(float (*field)[COLUMNS], const char *title)
{
    const char shades[] = " .:-=+*#%@";
    puts(title);
    for (int y = 0; y < ROWS; y++) {
        for (int x = 0; x < COLUMNS; x++)
            putchar(shades[(int)(4.99f * (1 + field[y][x]))]);
        putchar('\n');
    }
}

/* A descriptor is complete: work with it, in a copy, while the next ones arrive. */
static int look(void *state, MPI_Count descriptor)
{
    picture *p = state;
    static float coarse[ROWS][COLUMNS];
    p->present[descriptor] = 1;
    if (descriptor > 0)
        return 0;
    memcpy(coarse, p->field, sizeof coarse);
    if (fanout_mdc_fill(coarse, &p->mdc, p->present, MPI_FLOAT, NULL) != MPI_SUCCESS)
        return 1;
    draw(coarse, "after the first of four descriptors:");
    return 0;
}

int main(int argc, char **argv)
{
    static const MPI_Count extent[] = {ROWS, COLUMNS};
    static const int factor[] = {2, 2};
    static picture p = {.mdc = {2, extent, factor, sizeof(float)}};
    int rank, size;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (rank == 0)
        for (int y = 0; y < ROWS; y++)
            for (int x = 0; x < COLUMNS; x++)
                p.field[y][x] = sinf(0.25f * (float)y) * cosf(0.15f * (float)x);

    fanout_mdc_bcast(p.field, &p.mdc, rank == size - 1 ? look : NULL, &p, 0, MPI_COMM_WORLD,
                     MPI_INFO_NULL);
    if (rank == size - 1)
        draw(p.field, "with all four:");
    MPI_Finalize();
    return 0;
}
