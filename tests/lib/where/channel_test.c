/* SPDX-License-Identifier: BSD-3-Clause */
/* Communicators of the same processes share one private communicator, and each has its own tags. */
#include "config.h"

#include "fanout.h"
#include "lib/call/lifetime.h"
#include "lib/state/lane.h"
#include "tests/common/tap.h"

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

enum { BYTES = 4 << 20, MANY = 300 };

static int rank, size;
static char *data;
static int most_tag; /* 0: MPI's */

int MPI_Comm_get_attr(MPI_Comm comm, int key, void *value, int *found)
{
    int code = PMPI_Comm_get_attr(comm, key, value, found);
    if (key == MPI_TAG_UB && most_tag > 0)
        *(int **)value = &most_tag;
    return code;
}

/* Of a communicator that has had a large broadcast. */
static fan_comm_state *used_state(MPI_Comm comm)
{
    fan_comm_state *state;
    fanout_bcast(data, BYTES, MPI_BYTE, 0, comm);
    return fan_lifetime_state(comm, &state) == FAN_OK ? state : NULL;
}

static MPI_Comm split(int color, int key)
{
    MPI_Comm comm;
    MPI_Comm_split(MPI_COMM_WORLD, color, key, &comm);
    return comm;
}

static void test_duplicates(void)
{
    MPI_Comm first, second;
    MPI_Comm_dup(MPI_COMM_WORLD, &first);
    MPI_Comm_dup(first, &second);
    fan_comm_state *a = used_state(first), *b = used_state(second);
    tap_ok(a->channel == b->channel, "duplicates share a private communicator");
    tap_ok(abs(a->first_tag - b->first_tag) >= size + FAN_TAGS, "and have tags of their own");
    tap_ok(a->map.node == b->map.node && a->map.node_of == b->map.node_of,
           "and their nodes are looked for once");
    const fan_channel *channel = a->channel;
    MPI_Comm_free(&first);
    MPI_Comm_free(&second);
    first = split(0, rank);
    tap_ok(used_state(first)->channel == channel, "that of all ranks is there for the next");
    MPI_Comm_free(&first);
}

static void test_one_after_the_other(void)
{
    int before = fan_channel_count();
    for (int i = 0; i < MANY; i++) {
        MPI_Comm comm = split(i % 2 ? 0 : rank == 0, -rank);
        used_state(comm);
        MPI_Comm_free(&comm);
    }
    tap_ok(fan_channel_count() == before, "of other ranks they end with their communicators");
}

static void test_other_orders(void)
{
    MPI_Comm first = split(0, rank), reversed = split(0, -rank);
    fan_comm_state *a = used_state(first), *b = used_state(reversed);
    tap_ok(a->channel != b->channel, "ranks in another order have another one");
    tap_ok(a->map.node == b->map.node, "but the same memory");
    MPI_Comm_free(&first);
    MPI_Comm_free(&reversed);
}

/* Its memory may be that of ranks in another order, where domains have other numbers. */
static void test_domains(void)
{
    MPI_Comm reversed = split(0, -rank), first = split(0, rank);
    fanout_request request;
    bool good = true;
    used_state(reversed);
    used_state(first);
    for (int root = 0; root < size; root++) {
        int own;
        MPI_Comm_rank(first, &own);
        data[BYTES - 1] = (char)(own == root ? 5 + root : 0);
        good = fanout_ibcast(data, BYTES, MPI_BYTE, root, first, &request) == MPI_SUCCESS &&
               fanout_wait(&request) == MPI_SUCCESS && data[BYTES - 1] == 5 + root && good;
    }
    tap_ok(good, "nonblocking broadcasts find the domain of the root");
    MPI_Comm_free(&first);
    MPI_Comm_free(&reversed);
}

static void test_lanes(void)
{
    MPI_Comm comm = split(0, rank);
    fan_comm_state *state = used_state(comm);
    fan_lane lanes[2];
    bool possible[2];
    for (int i = 0; i < 2; i++)
        if (fan_lane_open(state, &lanes[i], &possible[i]) != FAN_OK)
            possible[i] = false;
    tap_ok(possible[0] && possible[1], "persistent broadcasts have lanes");
    int apart = size + FAN_TAGS;
    tap_ok(abs(lanes[0].first_tag - lanes[1].first_tag) >= apart &&
               abs(lanes[0].first_tag - state->lane.first_tag) >= apart,
           "with tags of their own");
    for (int i = 0; i < 2; i++)
        fan_lane_close(&lanes[i]);
    MPI_Comm_free(&comm);
}

/* A traced one is not shared, so that it must end with its communicator. */
static void test_traced(void)
{
    int before = fan_channel_count();
    setenv("FANOUT_TRACE", "/nowhere/trace.h5", 1);
    MPI_Comm comm = split(0, rank);
    used_state(comm);
    MPI_Comm_free(&comm);
    unsetenv("FANOUT_TRACE");
    tap_ok(fan_channel_count() == before, "that of a traced communicator ends with it");
}

/* Rank 0 has freed a block of tags, which is local, that the others still use. */
static void test_no_tags(void)
{
    enum { BLOCKS = 3, LANES = BLOCKS - 1 };
    MPI_Comm other, comm = split(0, -rank);
    fan_lane lanes[LANES];
    bool possible;
    most_tag = BLOCKS * (size + FAN_TAGS) - 1;
    fan_comm_state *state = used_state(comm);
    for (int i = 0; i < LANES; i++)
        fan_lane_open(state, &lanes[i], &possible);
    MPI_Comm_dup(comm, &other);
    if (state->rank == 0)
        fan_lane_close(&lanes[0]);
    tap_ok(used_state(other)->connection == FAN_CONNECTED, "without tags there is a new one");
    for (int i = 0; i < LANES; i++)
        fan_lane_close(&lanes[i]);
    MPI_Comm_free(&other);
    MPI_Comm_free(&comm);
    most_tag = 0;
}

/* Then a persistent broadcast is left to MPI, or fails: on all ranks. */
static void test_no_lane(void)
{
    MPI_Comm comm = split(0, -rank);
    fan_lane lane;
    bool possible = true;
    most_tag = size + FAN_TAGS - 1;
    fan_comm_state *state = used_state(comm);
    state->params.fallback = FAN_FALLBACK_SILENT;
    fan_status status = fan_lane_open(state, &lane, &possible);
    tap_ok(status == FAN_OK && !possible, "without tags there is no lane");
    state->params.fallback = FAN_FALLBACK_ERROR;
    status = fan_lane_open(state, &lane, &possible);
    tap_ok(status == FAN_ERR_MEMORY && !possible &&
               strstr(fan_fail_text(), "no persistent broadcasts on ") != NULL &&
               strstr(fan_fail_text(), "no memory or no tags for them on some rank") != NULL,
           "which is an error where the parameter fallback says so");
    MPI_Comm_free(&comm);
    most_tag = 0;
}

/* Rank 0 first, and the others in one of their orders. */
static MPI_Comm in_order(int number)
{
    int key = 0, left[16];
    for (int i = 0; i < size - 1; i++)
        left[i] = i + 1;
    for (int count = size - 1, place = 1; count > 0; number /= count, count--, place++) {
        int i = number % count;
        if (left[i] == rank)
            key = place;
        memmove(&left[i], &left[i + 1], (size_t)(count - i - 1) * sizeof *left);
    }
    return split(0, key);
}

/* More than are offered at a time. */
static void test_many_orders(void)
{
    enum { ORDERS = 20 };
    MPI_Comm first[ORDERS];
    fan_channel *channels[ORDERS];
    int same = 0;
    if (size < 5) {
        tap_ok(true, "# SKIP there are too few orders of %d ranks", size);
        return;
    }
    for (int i = 0; i < ORDERS; i++) {
        first[i] = in_order(i + 1);
        channels[i] = used_state(first[i])->channel;
    }
    int before = fan_channel_count();
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < ORDERS; i++) {
            MPI_Comm again;
            MPI_Comm_dup(first[i], &again);
            same += used_state(again)->channel == channels[i];
            MPI_Comm_free(&again);
        }
    tap_ok(same == 2 * ORDERS && fan_channel_count() == before,
           "%d orders of the same ranks: each finds its own (%d of %d)", ORDERS, same, 2 * ORDERS);
    for (int i = 0; i < ORDERS; i++)
        MPI_Comm_free(&first[i]);
}

static void test_many_blocks(void)
{
    MPI_Comm comm = split(0, rank);
    fan_channel *channel = used_state(comm)->channel;
    int64_t least = INT64_MAX, most = -1, last = -1;
    bool good = true;
    for (int i = 0; i < 100000; i++) {
        int64_t block = fan_channel_propose_block(channel);
        good = good && block != last && fan_channel_take_block(channel, block);
        fan_channel_free_block(channel, block);
        least = MIN(least, block);
        most = MAX(most, block);
        last = block;
    }
    tap_ok(good && most - least < 1000, "blocks of tags come again, but not at once");
    tap_ok(channel->blocks < 1000, "and need no memory when they are free");
    MPI_Comm_free(&comm);
}

/* Whose topology file says something else each time. */
static void test_surveys(void)
{
    MPI_Comm comm = split(0, rank);
    fan_channel *channel = used_state(comm)->channel;
    int count = 0;
    fan_survey *survey;
    for (int i = 0; i < 150; i++) {
        fan_survey *own = fan_survey_begin(comm, &(fan_params){.shared_memory = 1});
        own->number = fan_channel_new_survey(channel);
        fan_channel_add_survey(channel, own);
    }
    LIST_FOREACH (survey, &channel->surveys, link)
        count++;
    tap_ok(count <= 70, "old surveys go (%d are left)", count);
    MPI_Comm_free(&comm);
}

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    data = calloc(1, BYTES);
    test_domains();
    test_duplicates();
    test_one_after_the_other();
    test_other_orders();
    test_lanes();
    test_traced();
    test_no_tags();
    test_no_lane();
    test_many_orders();
    test_many_blocks();
    test_surveys();
    free(data);
    return tap_end();
}
