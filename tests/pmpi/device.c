/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Broadcasts of memory that a runtime calls a device's. Usage: device all|one|none [RUNTIME]: which
 * ranks have such memory (one: the last), and a runtime that is loaded only after the first
 * broadcast ("start": one that is there, but is started only then). Rank 0 prints "right" or
 * "wrong", and on standard error how often ranks agreed.
 */
#include "config.h"

#include <dlfcn.h>
#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 1 << 18, BYTES = 2 * COUNT * sizeof(int) };

static int rank, size;

static void (*own)(void *, size_t), (*disown)(void); /* of aware.c */
static int (*agreements)(void);

static void find_aware(void)
{
    *(void **)&own = dlsym(RTLD_DEFAULT, "aware_own");
    *(void **)&disown = dlsym(RTLD_DEFAULT, "aware_disown");
    *(void **)&agreements = dlsym(RTLD_DEFAULT, "aware_agreements");
    if (own != NULL && disown != NULL && agreements != NULL)
        return;
    fprintf(stderr, "device: aware.so must be preloaded\n");
    MPI_Abort(MPI_COMM_WORLD, 1);
}

/* Every second integer, so that packing and unpacking matter. */
static bool broadcast(int *data, int root, bool on_device)
{
    bool good = true;
    MPI_Datatype second;
    MPI_Type_vector(COUNT, 1, 2, MPI_INT, &second);
    MPI_Type_commit(&second);
    for (int i = 0; i < 2 * COUNT; i++)
        data[i] = rank == root ? i : -1;
    if (on_device)
        own(data, BYTES);
    MPI_Bcast(data, 1, second, root, MPI_COMM_WORLD);
    disown();
    for (int i = 0; i < COUNT; i++)
        good = good && data[2 * i] == 2 * i && (rank == root || data[2 * i + 1] == -1);
    MPI_Type_free(&second);
    return good;
}

static void load(const char *runtime)
{
    if (strcmp(runtime, "start") == 0) {
        unsetenv("FANOUT_TEST_GPU");
        return;
    }
    if (dlopen(runtime, RTLD_NOW | RTLD_LOCAL) != NULL)
        return;
    fprintf(stderr, "device: %s\n", dlerror());
    MPI_Abort(MPI_COMM_WORLD, 1);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    find_aware();
    int *data = aligned_alloc(4096, BYTES);
    bool on_device =
        strcmp(argv[1], "all") == 0 || (strcmp(argv[1], "one") == 0 && rank == size - 1);
    bool right = atoi(getenv("FANOUT_TEST_RANKS")) == size && broadcast(data, 0, false);
    if (argc > 2)
        load(argv[2]);
    for (int root = 0; root < size; root++)
        right = broadcast(data, root, on_device) && right;
    MPI_Allreduce(MPI_IN_PLACE, &right, 1, MPI_C_BOOL, MPI_LAND, MPI_COMM_WORLD);
    if (rank == 0)
        puts(right ? "right" : "wrong");
    if (rank == 0)
        fprintf(stderr, "device: %d agreements\n", agreements());
    fflush(stdout);
    free(data);
    MPI_Finalize();
    return !right;
}
