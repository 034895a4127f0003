/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Broadcasts of memory that a runtime calls a device's. Usage: device all|one|none [RUNTIME]: which ranks have such
 * memory (one: the last), and a runtime that is loaded only after the first broadcast. Rank 0 prints "right" or "wrong".
 */
#include <dlfcn.h>
#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 1 << 18 };

static int rank, size;

static bool broadcast(int *data, int root)
{
    bool good = true;
    for (int i = 0; i < 2 * COUNT; i++)
        data[i] = rank == root ? i : -1;
    MPI_Datatype second; /* so that packing and unpacking matter */
    MPI_Type_vector(COUNT, 1, 2, MPI_INT, &second);
    MPI_Type_commit(&second);
    MPI_Bcast(data, 1, second, root, MPI_COMM_WORLD);
    MPI_Type_free(&second);
    for (int i = 0; i < COUNT; i++)
        good = good && data[2 * i] == 2 * i && (rank == root || data[2 * i + 1] == -1);
    return good;
}

static void make_device_memory(int *data, const char *runtime)
{
    void (*own)(void *, uint64_t) = NULL;
    void *library = runtime == NULL ? RTLD_DEFAULT : dlopen(runtime, RTLD_NOW | RTLD_LOCAL);
    *(void **)&own = dlsym(library, "fake_gpu_own");
    if (own == NULL) {
        fprintf(stderr, "device: %s\n", dlerror());
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    own(data, 2 * COUNT * sizeof *data);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    int *data = malloc(2 * COUNT * sizeof *data);
    const char *who = argc > 1 ? argv[1] : "", *runtime = argc > 2 ? argv[2] : NULL;
    bool right = atoi(getenv("FANOUT_TEST_RANKS")) == size && broadcast(data, 0);
    if (strcmp(who, "all") == 0 || (strcmp(who, "one") == 0 && rank == size - 1))
        make_device_memory(data, runtime);
    for (int root = 0; root < size; root++)
        right = broadcast(data, root) && right;
    MPI_Allreduce(MPI_IN_PLACE, &right, 1, MPI_C_BOOL, MPI_LAND, MPI_COMM_WORLD);
    if (rank == 0)
        puts(right ? "right" : "wrong");
    fflush(stdout);
    free(data);
    MPI_Finalize();
    return !right;
}
