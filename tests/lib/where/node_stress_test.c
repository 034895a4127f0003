/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Thousands of broadcasts through shared memory, with rotating roots, sizes from 1 byte on and
 * ranks that are late at random, more ranks than cores.
 */
#include "config.h"

#include "fanout.h"
#include "tests/common/random.h"
#include "tests/common/tap.h"

#include <string.h>
#include <unistd.h>

enum { ROUNDS = 3000, MOST_BYTES = 3 * 1024 * 1024, SHIFTS = 256, COMMUNICATORS = 2 };

static int rank, size;
static char *
    /* [MOST_BYTES + shifts] of random bytes: the data is a window of it, another one each round */
    pattern;
static char *buffer;
static MPI_Comm comms[COMMUNICATORS]; /* they share the memory */

/* Small ones change the writer most often, large ones fill the ring. */
static int random_size(random_state *random)
{
    static const int limits[] = {1, 100, 8192, 8193, 65536, 300000, 300000, MOST_BYTES};
    return random_between(random, 1,
                          limits[random_between(random, 0, sizeof limits / sizeof limits[0] - 1)]);
}

/* Now and then, a rank is late. */
static void be_late(random_state *random)
{
    if (random_between(random, 0, 20) == 0)
        usleep((useconds_t)random_between(random, 0, 300));
}

static bool one_round(random_state *common, random_state *own)
{
    int bytes = random_size(common);
    int root = random_between(common, 0, size - 1);
    const char *data = pattern + random_between(common, 0, SHIFTS - 1);
    MPI_Comm comm = comms[random_between(common, 0, COMMUNICATORS - 1)];
    if (rank == root)
        memcpy(buffer, data, (size_t)bytes);
    else
        memset(buffer, 0, (size_t)bytes);
    be_late(own);
    int code = fanout_bcast(buffer, bytes, MPI_BYTE, root, comm);
    return code == MPI_SUCCESS && memcmp(buffer, data, (size_t)bytes) == 0;
}

static void make_comms(void)
{
    MPI_Info hints;
    MPI_Info_create(&hints);
    MPI_Info_set(hints, "fanout_min_bytes", "0");
    for (int i = 0; i < COMMUNICATORS; i++) {
        MPI_Comm_dup(MPI_COMM_WORLD, &comms[i]);
        fanout_comm_attach(comms[i], hints);
    }
    MPI_Info_free(&hints);
}

int main(void)
{
    random_state common = 4711, own, filling = 99;
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    own = (random_state)rank + 1;
    pattern = malloc(MOST_BYTES + SHIFTS);
    buffer = malloc(MOST_BYTES);
    for (int i = 0; i < MOST_BYTES + SHIFTS; i++)
        pattern[i] = (char)random_bits(&filling);
    make_comms();
    int good = 0;
    while (good < ROUNDS && one_round(&common, &own))
        good++;
    tap_ok(good == ROUNDS,
           "%d broadcasts with rotating roots, sizes from 1 byte on, ranks that are late", ROUNDS);
    for (int i = 0; i < COMMUNICATORS; i++)
        MPI_Comm_free(&comms[i]);
    free(pattern);
    free(buffer);
    return tap_end();
}
