/* SPDX-License-Identifier: BSD-3-Clause */
/* What is measured of the network: equal on all ranks, shared, and behind what is set by hand. */
#include "config.h"

#include "fanout.h"
#include "lib/call/lifetime.h"
#include "lib/deliver/request.h"
#include "tests/common/tap.h"
#include "tune/params.h"

enum { MEDIUM = 100000, BYTES = 300000 };

static char *data;
static int judges; /* communicators of a process alone, to check arguments by */

int MPI_Comm_create_group(MPI_Comm comm, MPI_Group group, int tag, MPI_Comm *made)
{
    judges++;
    return PMPI_Comm_create_group(comm, group, tag, made);
}

static fan_params use(MPI_Comm comm, int bytes)
{
    fan_comm_state *state;
    fanout_bcast(data, bytes, MPI_BYTE, 0, comm);
    return fan_lifetime_state(comm, &state) == FAN_OK ? state->params : (fan_params){0};
}

static MPI_Comm make_comm(const char *key, const char *value)
{
    MPI_Comm comm;
    MPI_Info hints;
    MPI_Info_create(&hints);
    MPI_Info_set(hints, key, value);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    fanout_comm_attach(comm, hints);
    MPI_Info_free(&hints);
    return comm;
}

static bool is_connected(MPI_Comm comm)
{
    fan_comm_state *state;
    return fan_lifetime_state(comm, &state) == FAN_OK && state->connection == FAN_CONNECTED;
}

/* Connecting takes longer than one broadcast of medium size where the network is fast. */
static void test_few_medium_ones(void)
{
    MPI_Comm comm;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    use(comm, MEDIUM);
    use(comm, MEDIUM);
    tap_ok(!is_connected(comm), "two broadcasts of medium size are not worth connecting");
    use(comm, MEDIUM);
    tap_ok(is_connected(comm), "the third one is");
    MPI_Comm_free(&comm);

    setenv("FANOUT_MIN_BYTES", "64K", 1);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    use(comm, MEDIUM);
    unsetenv("FANOUT_MIN_BYTES");
    tap_ok(is_connected(comm), "a limit set by hand holds from the first one on");
    MPI_Comm_free(&comm);

    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    fanout_request request;
    fanout_ibcast(data, MEDIUM, MPI_BYTE, 0, comm, &request);
    fanout_wait(&request);
    tap_ok(is_connected(comm), "a nonblocking one connects: later ones may not wait");
    MPI_Comm_free(&comm);
}

static bool are_equal(const fan_params *a, const fan_params *b)
{
    return a->latency == b->latency && a->overhead == b->overhead && a->bandwidth == b->bandwidth;
}

static bool goes_down_chain(const fan_comm_state *state, int64_t bytes, fan_params params)
{
    fan_delivery_suit_stream(state, bytes, &params);
    return params.algorithm == FAN_CHAIN;
}

/* As on a network that costs processors a millisecond for each message. */
static void test_streams(void)
{
    MPI_Comm comm = make_comm("fanout_overhead", "1e-3");
    fan_comm_state *state;
    fan_params params = use(comm, BYTES), by_hand;
    fan_lifetime_state(comm, &state);
    bool is_alone = state->map.largest == 1;
    params.latency = 1e-6;
    params.bandwidth = 1e9;
    by_hand = params;
    by_hand.window = 9;
    tap_ok(goes_down_chain(state, FAN_UNKNOWN_LENGTH, params) == is_alone,
           "a long stream goes down a chain where processors are the limit");
    tap_ok(!goes_down_chain(state, BYTES, params), "a short one does not");
    tap_ok(!goes_down_chain(state, FAN_UNKNOWN_LENGTH, by_hand), "nor one whose window is set");
    params.latency = 10e-3;
    tap_ok(!goes_down_chain(state, FAN_UNKNOWN_LENGTH, params), "nor any on long links");
    params.latency = 1e-6;
    params.adapt = 0;
    tap_ok(!goes_down_chain(state, FAN_UNKNOWN_LENGTH, params), "nor any without adaptation");
    MPI_Comm_free(&comm);
}

int main(void)
{
    unsetenv("FANOUT_ADAPT"); /* 1 by default */
    tap_begin(MPI_THREAD_SINGLE);
    data = calloc(1, BYTES);
    fan_params preset = fan_params_default();

    MPI_Comm first = make_comm("fanout_trace_bytes", "1M"), second = make_comm("fanout_adapt", "1");
    fan_params found = use(first, BYTES), again = use(second, BYTES);
    tap_ok(!are_equal(&found, &preset), "something is measured");
    tap_ok(found.bandwidth > 1e5 && found.bandwidth < 1e13 && found.latency >= 0 &&
               found.latency < 1 && found.overhead > 0 && found.overhead < 0.1,
           "what is measured can be true");
    bool is_same = tap_is_same(found.latency); /* collective: each is called */
    is_same = tap_is_same(found.overhead) && is_same;
    is_same = tap_is_same(found.bandwidth) && is_same;
    tap_ok(is_same, "all ranks have the same");
    tap_ok(are_equal(&found, &again), "the next communicator of these ranks knows it already");

    MPI_Comm by_hand = make_comm("fanout_bandwidth", "123456789");
    fan_params mixed = use(by_hand, BYTES);
    tap_ok(mixed.bandwidth == 123456789, "what is set by hand stays");
    tap_ok(mixed.latency == found.latency, "what is not is measured");

    fanout_comm_attach(first, MPI_INFO_NULL);
    fan_params later = use(first, BYTES);
    tap_ok(are_equal(&found, &later), "it is still known after another fanout_comm_attach");

    MPI_Comm without = make_comm("fanout_adapt", "0");
    fan_params defaults = use(without, BYTES);
    tap_ok(are_equal(&defaults, &preset), "adapt 0: nothing is");

    test_few_medium_ones();
    test_streams();
    tap_ok(judges == 0, "arguments of the usual kind are checked without a communicator");

    MPI_Comm_free(&first);
    MPI_Comm_free(&second);
    MPI_Comm_free(&by_hand);
    MPI_Comm_free(&without);
    free(data);
    return tap_end();
}
