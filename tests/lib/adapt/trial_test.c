/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ways of broadcasting are tried and chosen: the data is right in each of them, whatever datatypes
 * ranks use; all ranks decide alike; and blocking in MPI_Bcast never stops a pending broadcast.
 */
#include "config.h"

#include "fanout.h"
#include "lib/adapt/trial.h"
#include "lib/call/lifetime.h"
#include "lib/state/blocking.h"
#include "tests/common/random.h"
#include "tests/common/tap.h"

#include <string.h>

enum { MOST_BYTES = 1500000, CALLS = 1600, LARGE = 4 * 1024 * 1024 };

static const int sizes[] = {1, 100, 4095, 4096, 20000, 65536, 70001, 300000, MOST_BYTES};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

static int rank, size;
static char *room; /* [2 * MOST_BYTES] */

static char value(int salt, int index)
{
    return (char)(index * 13 + (index >> 9) + salt);
}

static fan_comm_state *state_of(MPI_Comm comm)
{
    fan_comm_state *state = NULL;
    fan_lifetime_state(comm, &state);
    return state;
}

static MPI_Comm make_comm(void)
{
    MPI_Comm comm;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    return comm;
}

typedef enum form { BLOCKING, NONBLOCKING, PERSISTENT, FORMS } form;

static int run(int count, MPI_Datatype type, int root, MPI_Comm comm, form how)
{
    fanout_request request;
    if (how == BLOCKING)
        return fanout_bcast(room, count, type, root, comm);
    int code = how == NONBLOCKING
                   ? fanout_ibcast(room, count, type, root, comm, &request)
                   : fanout_bcast_init(room, count, type, root, comm, MPI_INFO_NULL, &request);
    if (code == MPI_SUCCESS && how == PERSISTENT)
        code = fanout_start(&request);
    if (code == MPI_SUCCESS)
        code = fanout_wait(&request);
    if (how == PERSISTENT)
        fanout_request_free(&request);
    return code;
}

/*
 * Ranks take turns in how they describe the same bytes: as they lie, or every other one. Both have
 * the signature of so many MPI_CHARs.
 */
static bool broadcast_by(MPI_Comm comm, int bytes, int root, int salt, bool mixed, form how)
{
    bool strided = mixed && (rank + salt) % 2 == 1;
    int step = strided ? 2 : 1;
    MPI_Datatype type = MPI_CHAR;
    if (strided) {
        MPI_Type_vector(bytes, 1, 2, MPI_CHAR, &type);
        MPI_Type_commit(&type);
    }
    for (int i = 0; i < bytes; i++)
        room[i * step] = rank == root ? value(salt, i) : 0;
    bool good = run(strided ? 1 : bytes, type, root, comm, how) == MPI_SUCCESS;
    for (int i = 0; i < bytes; i++)
        good = good && room[i * step] == value(salt, i);
    if (strided)
        MPI_Type_free(&type);
    return good;
}

static bool broadcast(MPI_Comm comm, int bytes, int root, int salt, bool mixed)
{
    return broadcast_by(comm, bytes, root, salt, mixed, BLOCKING);
}

/* tap_is_same is collective: all ranks call it for each. */
static bool is_alike(const fan_contest *c)
{
    bool alike = tap_is_same((double)c->best);
    alike = tap_is_same(c->decided) && alike;
    alike = tap_is_same((double)c->calls) && alike;
    alike = tap_is_same(c->tried * MOST_BYTES + c->left) && alike;
    for (int way = 0; way < FAN_WAYS; way++) {
        alike = tap_is_same(c->tries[way]) && alike;
        alike = tap_is_same(c->seconds[way]) && alike;
    }
    return alike;
}

static void test_random_calls(void)
{
    MPI_Comm comm = make_comm();
    random_state random = 4711;
    bool good = true, alike = true;
    int decided = 0;
    for (int call = 0; call < CALLS; call++) {
        int bytes = sizes[random_between(&random, 0, SIZES - 1)];
        good = broadcast(comm, bytes, random_between(&random, 0, size - 1), call, call % 3 == 0) &&
               good;
    }
    for (int i = 0; i < SIZES; i++) {
        const fan_contest *c = &state_of(comm)->trials.contests[fan_size_class(sizes[i])];
        alike &= is_alike(c);
        decided += fan_contest_has_best(c);
    }
    tap_ok(good, "%d broadcasts of random sizes and types", CALLS);
    tap_ok(alike, "all ranks have tried and decided alike");
    tap_ok(decided == SIZES, "for each size a way is found");
    MPI_Comm_free(&comm);
}

static void force(MPI_Comm comm, fan_way way)
{
    fan_comm_state *state = state_of(comm);
    for (int i = 0; i < FAN_SIZE_CLASSES; i++)
        state->trials.contests[i] =
            (fan_contest){.is_warm = true, .decided = true, .best = way, .rest = 1000000};
    state->trials.has_sample = false;
}

static void test_each_way(void)
{
    static const char *const names[FAN_WAYS] = {"engine", "tree", "MPI"};
    MPI_Comm comm = make_comm();
    fanout_comm_attach(comm, MPI_INFO_NULL);
    for (fan_way way = 0; way < FAN_WAYS; way++)
        for (int blocks = 0; blocks <= (way == FAN_WAY_MPI); blocks++) {
            bool good = true;
            force(comm, way);
            fan_blocking_set(&state_of(comm)->blocks, blocks != 0);
            for (int i = 0; i < SIZES; i++)
                for (int root = 0; root < size; root++)
                    good = broadcast(comm, sizes[i], root, i + root, true) && good;
            tap_ok(good, "%s%s: right at every size, from every root, of mixed types", names[way],
                   blocks ? ", blocking" : "");
        }
    MPI_Comm_free(&comm);
}

/* ---- blocking and pending ---- */

/* Rank 1 comes to the second broadcast while all others wait in the first, which it passes on. */
static bool entangle(MPI_Comm pending, MPI_Comm other)
{
    char *data = calloc(1, LARGE);
    char small[100] = {0};
    fanout_request request;
    memset(data, rank == 0 ? 7 : 0, LARGE);
    memset(small, rank == size - 1 ? 9 : 0, sizeof small);
    fanout_ibcast(data, LARGE, MPI_CHAR, 0, pending, &request);
    if (rank != 1)
        fanout_wait(&request);
    fanout_bcast(small, sizeof small, MPI_CHAR, size - 1, other);
    if (rank == 1)
        fanout_wait(&request);
    bool good = small[99] == 9 && data[0] == 7 && data[LARGE - 1] == 7;
    free(data);
    return good;
}

static void test_blocking(void)
{
    MPI_Comm blocks = make_comm(), pending = make_comm(), late = make_comm();
    fanout_comm_attach(blocks, MPI_INFO_NULL);
    force(blocks, FAN_WAY_MPI);
    fan_blocking_set(&state_of(blocks)->blocks, true);
    tap_ok(entangle(pending, blocks), "pending beside a communicator that blocks: it ends");
    tap_ok(state_of(pending)->nonblocking == FAN_LEFT_TO_MPI, "because it is left to MPI");
    bool mixed = true;
    for (int i = 0; i < SIZES; i++)
        for (form how = NONBLOCKING; how < FORMS; how++)
            mixed = broadcast_by(pending, sizes[i], i % size, i, true, how) && mixed;
    tap_ok(mixed, "nonblocking and persistent ones of mixed types are right there");
    tap_ok(entangle(blocks, blocks), "pending on that communicator itself: it ends");
    tap_ok(!state_of(blocks)->blocks, "because it blocks no more");
    tap_ok(entangle(late, blocks), "pending on another one: it ends");
    tap_ok(state_of(late)->nonblocking == FAN_PREPARED, "and that is ours again");
    bool good = true;
    for (int call = 0; call < 20; call++)
        good = broadcast(blocks, 20000, call % size, call, false) && good;
    tap_ok(good && !state_of(blocks)->blocks, "nobody blocks any more");
    MPI_Comm_free(&blocks);
    MPI_Comm_free(&pending);
    MPI_Comm_free(&late);
}

/* ---- a bandwidth that was measured while something disturbed it ---- */

static void test_wrong_bandwidth(void)
{
    const double wrong = 1e5;
    MPI_Comm comm = make_comm();
    bool good = true;
    for (int call = 0; call < 3; call++) /* until two ranks are connected, too */
        good = broadcast(comm, MOST_BYTES, 0, call, false) && good;
    fan_comm_state *state = state_of(comm);
    if (state->map.nodes == 1) {
        MPI_Comm_free(&comm);
        return;
    }
    state->trials = (fan_trials){0};
    state->placement->network.link.bandwidth = wrong;
    state->learned = state->placement->network;
    state->params.bandwidth = wrong;
    for (int call = 0; call < 6; call++)
        good = broadcast(comm, MOST_BYTES, call % size, call, false) && good;
    tap_ok(good && state->params.bandwidth > 10 * wrong && tap_is_same(state->params.bandwidth),
           "a bandwidth that a broadcast exceeds is measured again");
    MPI_Comm_free(&comm);
}

int main(void)
{
    setenv("FANOUT_ADAPT", "1", 1);
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    room = malloc(2 * MOST_BYTES);
    test_blocking();
    test_random_calls();
    test_each_way();
    test_wrong_bandwidth();
    free(room);
    return tap_end();
}
