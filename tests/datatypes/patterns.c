/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/datatypes/patterns.h"

#include <stdlib.h>

/* Places reach from -n / 2 to 3 n. */
enum { N = PATTERN_INTS, ORIGIN = N / 2 + 8, ROOM = ORIGIN + 3 * N };

/* A way to describe n ints. */
typedef struct description {
    const char *text;
    void (*make)(const int *at, int *count, MPI_Datatype *type); /* for a buffer at `at` */
    int (*place)(int element);                                   /* in ints, from there */
    bool absolute; /* the buffer argument is MPI_BOTTOM */
} description;

static int place_dense(int i)
{
    return i;
}

static int place_every_second(int i)
{
    return 2 * i;
}

static int place_every_third(int i)
{
    return 3 * i;
}

enum { BLOCK = 1000, BLOCK_COUNT = (N + BLOCK - 1) / BLOCK };

static int place_reversed(int i)
{
    return (BLOCK_COUNT - 1 - i / BLOCK) * BLOCK + i % BLOCK;
}

/* Half of them before the address of the buffer, half after a gap behind it. */
static int place_around(int i)
{
    return i < N / 2 ? i - N / 2 : i - N / 2 + 2;
}

static void make_plain(const int *at, int *count, MPI_Datatype *type)
{
    (void)at;
    *count = N;
    MPI_Type_dup(MPI_INT, type);
}

static void make_contiguous(const int *at, int *count, MPI_Datatype *type)
{
    (void)at;
    *count = 1;
    MPI_Type_contiguous(N, MPI_INT, type);
}

static void make_vector(const int *at, int *count, MPI_Datatype *type)
{
    (void)at;
    *count = 1;
    MPI_Type_vector(N, 1, 2, MPI_INT, type);
}

static void make_resized(const int *at, int *count, MPI_Datatype *type)
{
    (void)at;
    *count = N;
    MPI_Type_create_resized(MPI_INT, 0, 12, type);
}

static void make_sevens(const int *at, int *count, MPI_Datatype *type)
{
    (void)at;
    *count = N / 7;
    MPI_Type_contiguous(7, MPI_INT, type);
}

static void make_sevens_and_rest(const int *at, int *count, MPI_Datatype *type)
{
    (void)at;
    enum { REST = 5 * 7 };
    int lengths[] = {(N - REST) / 7, REST};
    MPI_Aint places[] = {0, (N - REST) * (MPI_Aint)sizeof(int)};
    MPI_Datatype types[] = {MPI_DATATYPE_NULL, MPI_INT};
    *count = 1;
    MPI_Type_contiguous(7, MPI_INT, &types[0]);
    MPI_Type_create_struct(2, lengths, places, types, type);
    MPI_Type_free(&types[0]);
}

static void make_reversed(const int *at, int *count, MPI_Datatype *type)
{
    (void)at;
    int lengths[BLOCK_COUNT];
    MPI_Aint places[BLOCK_COUNT];
    for (int b = 0; b < BLOCK_COUNT; b++) {
        lengths[b] = b < BLOCK_COUNT - 1 ? BLOCK : N - b * BLOCK;
        places[b] = place_reversed(b * BLOCK) * (MPI_Aint)sizeof(int);
    }
    *count = 1;
    MPI_Type_create_hindexed(BLOCK_COUNT, lengths, places, MPI_INT, type);
}

static void make_absolute(const int *at, int *count, MPI_Datatype *type)
{
    int length = N;
    MPI_Aint address;
    MPI_Get_address(at, &address);
    *count = 1;
    MPI_Type_create_hindexed(1, &length, &address, MPI_INT, type);
}

static void make_negative(const int *at, int *count, MPI_Datatype *type)
{
    (void)at;
    int lengths[] = {N / 2, N - N / 2};
    MPI_Aint places[] = {-(N / 2) * (MPI_Aint)sizeof(int), 2 * sizeof(int)};
    MPI_Datatype types[] = {MPI_INT, MPI_INT};
    *count = 1;
    MPI_Type_create_struct(2, lengths, places, types, type);
}

static const description plain = {"n x INT", make_plain, place_dense, false};

static const description others[] = {
    {"1 x contiguous(n)", make_contiguous, place_dense, false},
    {"1 x vector(n, 1, 2)", make_vector, place_every_second, false},
    {"n x resized(INT, 12)", make_resized, place_every_third, false},
    {"n/7 x contiguous(7)", make_sevens, place_dense, false},
    {"1 x struct(contiguous(7)..., rest)", make_sevens_and_rest, place_dense, false},
    {"1 x hindexed(reversed blocks)", make_reversed, place_reversed, false},
    {"MPI_BOTTOM, 1 x absolute type", make_absolute, place_dense, true},
    {"1 x struct(negative lower bound)", make_negative, place_around, false},
};
enum { OTHER_COUNT = sizeof others / sizeof others[0] };

int pattern_count(void)
{
    return 2 * OTHER_COUNT;
}

/* Even patterns: the root has n x INT. Odd ones: the others have. */
static const description *describe(int pattern, bool root)
{
    return (pattern % 2 == 0) == root ? &plain : &others[pattern / 2];
}

const char *pattern_text(int pattern, bool root)
{
    return describe(pattern, root)->text;
}

static int value(int element)
{
    return (int)((unsigned)element * 2654435761u >> 1);
}

static void fill(int *memory, const description *d, bool with_data)
{
    for (int i = 0; i < ROOM; i++)
        memory[i] = -1;
    for (int i = 0; i < N && with_data; i++)
        memory[ORIGIN + d->place(i)] = value(i);
}

pattern_outcome pattern_run(int pattern, pattern_broadcast *broadcast, MPI_Comm comm)
{
    int rank, count;
    MPI_Datatype type;
    MPI_Comm_rank(comm, &rank);
    const description *d = describe(pattern, rank == 0);
    int *memory = malloc(2 * (size_t)ROOM * sizeof *memory);
    if (memory == NULL)
        MPI_Abort(MPI_COMM_WORLD, 1);
    int *expected = memory + ROOM;
    fill(memory, d, rank == 0);
    fill(expected, d, true);
    d->make(memory + ORIGIN, &count, &type);
    MPI_Type_commit(&type);
    pattern_outcome outcome = {0};
    int code = broadcast(d->absolute ? MPI_BOTTOM : memory + ORIGIN, count, type, 0, comm);
    MPI_Error_class(code, &outcome.error_class);
    for (int i = 0; i < ROOM; i++)
        outcome.wrong += memory[i] != expected[i];
    MPI_Type_free(&type);
    free(memory);
    return outcome;
}
