/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Hosts that receive slowly are found, alike on all ranks, and no longer when they are fast again.
 * Each rank has a clock of its own, which says how long it takes to receive.
 */
#include "config.h"

#include "fanout.h"
#include "lib/adapt/slow.h"
#include "lib/call/lifetime.h"
#include "lib/deliver/decision.h"
#include "lib/deliver/request.h"
#include "plan/planner.h"
#include "tests/common/tap.h"

#include <string.h>

enum { BYTES = 8 * 1024 * 1024, SLOW_NODE = 2 };

static const double usual = 5e-3; /* seconds for a train: 25 MiB/s */
static double tick = 5e-3;

double MPI_Wtime(void)
{
    static double now;
    return now += tick;
}

static char *data;
static int size;

static fan_comm_state *state_of(MPI_Comm comm)
{
    fan_comm_state *state = NULL;
    fan_lifetime_state(comm, &state);
    return state;
}

static void fill(int root)
{
    for (int i = 0; i < BYTES; i++)
        data[i] = (char)(tap_rank == root ? i * 31 + (i >> 11) + root : 0);
}

static bool is_right(int root)
{
    for (int i = 0; i < BYTES; i++)
        if (data[i] != (char)(i * 31 + (i >> 11) + root))
            return false;
    return true;
}

static bool broadcast(int root, MPI_Comm comm)
{
    fill(root);
    return fanout_bcast(data, BYTES, MPI_BYTE, root, comm) == MPI_SUCCESS && is_right(root);
}

/*
 * Ranks of the nodes from SLOW_NODE on, `slow` of them, take so much longer. Then so many
 * broadcasts that what they take is known, and is not what was planned.
 */
static MPI_Comm look(int slow, double longer)
{
    MPI_Comm comm;
    bool good = true;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    tick = usual;
    for (int i = 0; i < 4; i++) {
        good = good && broadcast(0, comm);
        const fan_comm_state *state = state_of(comm);
        int node = state->map.node_of[tap_rank];
        tick = node >= SLOW_NODE && node < SLOW_NODE + slow ? usual * longer : usual;
    }
    tap_ok(good, "%d nodes take %g times as long: the data is right", slow, longer);
    return comm;
}

static int count_slow(MPI_Comm comm)
{
    const fan_comm_state *state = state_of(comm);
    return state->slowness == NULL ? 0 : fan_slowness_count(state->slowness);
}

static void expect_slow(MPI_Comm comm, int expected, const char *what)
{
    const fan_comm_state *state = state_of(comm);
    int slow = state->order == NULL ? 0 : state->order->slow;
    tap_ok(count_slow(comm) == expected && slow == expected, "%s: %d slow", what, expected);
    tap_ok(tap_is_same((double)(fan_decision_basis(state) >> 11)), "all ranks know the same");
}

static void test_words(MPI_Comm comm)
{
    char *text = NULL;
    int code = fanout_explain(comm, BYTES, 0, &text);
    bool good = code == MPI_SUCCESS && text != NULL && strstr(text, "2.5 MiB/s of 25.0 MiB/s") &&
                strstr(text, "it only receives") && strstr(text, "no other node waits for them");
    tap_ok(good, "fanout_explain says who is slow");
    free(text);
}

static void test_forms(MPI_Comm comm)
{
    bool good = true;
    for (int root = 0; root < size; root++) {
        fanout_request request;
        good = good && broadcast(root, comm);
        fill(root);
        good = good && fanout_ibcast(data, BYTES, MPI_BYTE, root, comm, &request) == MPI_SUCCESS &&
               fanout_wait(&request) == MPI_SUCCESS && is_right(root);
    }
    tap_ok(good, "the data is right from every root, also the slow one");
}

static int served(MPI_Comm comm)
{
    const fan_comm_state *state = state_of(comm);
    fan_plan_request request = fan_delivery_request(state, BYTES, 0);
    return fan_plan_choose(&request, &state->params).served;
}

static void test_without(void)
{
    MPI_Info hints;
    MPI_Comm comm;
    MPI_Info_create(&hints);
    MPI_Info_set(hints, "fanout_adapt", "0");
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    fanout_comm_attach(comm, hints);
    MPI_Info_free(&hints);
    tap_ok(broadcast(1, comm), "without adapt: the data is right");
    tap_ok(count_slow(comm) == 0 && served(comm) == 0, "nobody is known to be slow");
    MPI_Comm_free(&comm);
}

int main(void)
{
    unsetenv("FANOUT_ADAPT"); /* 1 by default */
    setenv("FANOUT_BANDWIDTH", "26214400", 1);
    setenv("FANOUT_OVERHEAD", "1e-6", 1);
    setenv("FANOUT_CHECK", "1", 1);
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    data = malloc(BYTES);

    MPI_Comm comm = look(0, 1);
    expect_slow(comm, 0, "all are alike");
    MPI_Comm other = look(1, 1.6);
    expect_slow(other, 0, "not clearly slower");
    MPI_Comm_free(&other);

    other = look(1, 10);
    expect_slow(other, 1, "a tenth");
    tap_ok(served(other) == 1, "it is served");
    test_words(other);
    test_forms(other);
    MPI_Comm_free(&other);
    tap_ok(broadcast(0, comm) && count_slow(comm) == 1, "other communicators know, too");
    test_without();

    other = look(1, 1.6);
    expect_slow(other, 1, "not clearly fast again");
    MPI_Comm_free(&other);
    other = look(1, 1);
    expect_slow(other, 0, "fast again");
    MPI_Comm_free(&other);
    other = look(state_of(comm)->map.nodes - SLOW_NODE, 10);
    expect_slow(other, state_of(comm)->map.nodes == SLOW_NODE + 1, "most: then none is");
    MPI_Comm_free(&other);

    MPI_Comm_free(&comm);
    free(data);
    return tap_end();
}
