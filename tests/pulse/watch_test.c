/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who is called silent, over a simulated network: thousands of jobs in which processes die, stop
 * for a while or lose their network at random. The seed of a case that fails is printed;
 * FANOUT_TEST_SEED=N runs that one.
 */
#include "config.h"

#include "pulse/watch.h"
#include "tests/common/random.h"
#include "tests/common/unit_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 24, WIRE = 1 << 16, CASES = 1000 };

typedef struct datagram {
    int to;
    fan_pulse_message message;
} datagram;

typedef struct job {
    random_state random;
    int count;
    fan_pulse_watch watch[MOST];
    bool dead[MOST], cut[MOST];
    int loses; /* one datagram in so many; 0: none */
    datagram *wire;
    int on_wire, sender;
} job;

static void send(void *state, const fan_pulse_place *to, fan_pulse_kind kind, uint64_t about)
{
    job *j = state;
    int target = (int)to->key - 1;
    bool is_local = strcmp(to->host, j->watch[j->sender].members[j->sender].place.host) == 0;
    if ((j->cut[target] || j->cut[j->sender]) && !is_local)
        return;
    if (j->loses > 0 && random_one_in(&j->random, j->loses))
        return;
    ck_assert_int_lt(j->on_wire, WIRE);
    j->wire[j->on_wire++] = (datagram){
        target, {.kind = kind, .to = to->key, .from = (uint64_t)j->sender + 1, .about = about}};
}

static void deliver_all(job *j)
{
    for (int i = 0; i < j->on_wire; i++) {
        datagram d = j->wire[i];
        if (j->dead[d.to])
            continue;
        fan_pulse_watch_hear(&j->watch[d.to], &d.message);
        j->sender = d.to;
        if (d.message.kind == FAN_PULSE_ASK)
            send(j, &j->watch[d.to].members[d.message.from - 1].place, FAN_PULSE_ANSWER, 0);
    }
    j->on_wire = 0;
}

static void tick(job *j)
{
    for (int i = 0; i < j->count; i++) {
        j->sender = i;
        if (!j->dead[i])
            fan_pulse_watch_tick(&j->watch[i], send, j);
    }
    deliver_all(j);
}

/* `on_host`: so many processes on each. */
static job *begin(uint64_t seed, int count, int on_host)
{
    job *j = calloc(1, sizeof *j);
    fan_pulse_place places[MOST];
    memset(places, 0, sizeof places);
    *j = (job){.random = seed * 2654435761u + 1, .count = count};
    j->wire = malloc(WIRE * sizeof *j->wire);
    for (int i = 0; i < count; i++) {
        places[i] = (fan_pulse_place){.key = (uint64_t)i + 1, .port = 1};
        snprintf(places[i].host, sizeof places[i].host, "n%d", i / on_host);
    }
    for (int i = 0; i < count; i++)
        ck_assert(fan_pulse_watch_begin(&j->watch[i], places, count, i, 8));
    return j;
}

static void end(job *j)
{
    for (int i = 0; i < j->count; i++)
        fan_pulse_watch_end(&j->watch[i]);
    free(j->wire);
    free(j);
}

static int first_seed(void)
{
    const char *text = getenv("FANOUT_TEST_SEED");
    return text == NULL ? 1 : atoi(text);
}

static int last_seed(void)
{
    return getenv("FANOUT_TEST_SEED") == NULL ? CASES : first_seed();
}

static int most_ticks(const job *j)
{
    return j->watch[0].most_missed + 4;
}

static void check_all_know(job *j, int seed)
{
    for (int i = 0; i < j->count; i++) {
        if (j->dead[i])
            continue;
        ck_assert_msg(j->watch[i].alarm, "seed %d: rank %d is not told in time", seed, i);
        for (int other = 0; other < j->count; other++)
            ck_assert_msg(j->watch[i].members[other].silent == j->dead[other],
                          "seed %d: rank %d is wrong about rank %d", seed, i, other);
    }
}

START_TEST(the_dead_and_only_they_are_named)
{
    for (int seed = first_seed(); seed <= last_seed(); seed++) {
        job *j = begin((uint64_t)seed, 2 + seed % (MOST - 1), 1 + seed % 3);
        int victims = j->count > 4 ? 1 + seed % 2 : 1;
        for (int ticks = random_between(&j->random, 1, 30); ticks > 0; ticks--)
            tick(j);
        for (int i = 0; i < victims; i++)
            j->dead[random_between(&j->random, 0, j->count - 1)] = true;
        for (int ticks = most_ticks(j); ticks > 0; ticks--)
            tick(j);
        check_all_know(j, seed);
        end(j);
    }
}
END_TEST

START_TEST(nobody_is_named_without_a_fault)
{
    for (int seed = first_seed(); seed <= last_seed(); seed += 10) {
        job *j = begin((uint64_t)seed, 2 + seed % (MOST - 1), 1);
        j->loses = 20;
        for (int ticks = 0; ticks < 100; ticks++)
            tick(j);
        for (int i = 0; i < j->count; i++)
            ck_assert_msg(!j->watch[i].alarm, "seed %d: rank %d", seed, i);
        end(j);
    }
}
END_TEST

START_TEST(who_is_back_in_time_is_not_named)
{
    job *j = begin(1, 5, 1);
    tick(j);
    for (int round = 0; round < 5; round++) {
        j->dead[3] = true;
        for (int ticks = j->watch[0].most_missed - 2; ticks > 0; ticks--)
            tick(j);
        j->dead[3] = false;
        tick(j);
    }
    for (int i = 0; i < j->count; i++)
        ck_assert(!j->watch[i].alarm);
    end(j);
}
END_TEST

/* A host with two processes: they hear each other all the time. */
START_TEST(a_host_that_is_cut_off_blames_itself)
{
    char text[300];
    job *j = begin(1, 12, 2);
    tick(j);
    j->cut[4] = j->cut[5] = true;
    for (int ticks = most_ticks(j); ticks > 0; ticks--)
        tick(j);
    for (int i = 0; i < j->count; i++) {
        ck_assert(j->watch[i].alarm);
        for (int other = 0; other < j->count; other++)
            ck_assert(!j->watch[i].members[other].silent || j->cut[other]);
    }
    fan_pulse_watch_describe(&j->watch[4], text, sizeof text);
    ck_assert_ptr_nonnull(
        strstr(text, "n2 (rank 4) and the other hosts have not heard each other"));
    fan_pulse_watch_describe(&j->watch[0], text, sizeof text);
    ck_assert_str_eq(text, "n2 (rank 4), n2 (rank 5) have not answered for 8 s");
    end(j);
}
END_TEST

START_TEST(who_has_left_is_not_missed)
{
    job *j = begin(1, 4, 1);
    tick(j);
    j->sender = 2;
    for (int i = 0; i < 4; i++)
        if (i != 2)
            send(j, &j->watch[2].members[i].place, FAN_PULSE_LEAVE, 0);
    deliver_all(j);
    j->dead[2] = true;
    for (int ticks = 2 * most_ticks(j); ticks > 0; ticks--)
        tick(j);
    for (int i = 0; i < j->count; i++)
        ck_assert(!j->watch[i].alarm);
    end(j);
}
END_TEST

/* Of two that are dead one is excused, then the other. */
START_TEST(who_is_excused_is_not_silent)
{
    char text[300];
    job *j = begin(1, 8, 1);
    tick(j);
    j->dead[2] = j->dead[5] = true;
    for (int ticks = most_ticks(j); ticks > 0; ticks--)
        tick(j);
    ck_assert(j->watch[0].alarm);
    fan_pulse_watch_excuse(&j->watch[0], 2);
    ck_assert(j->watch[0].alarm);
    fan_pulse_watch_describe(&j->watch[0], text, sizeof text);
    ck_assert_str_eq(text, "n5 (rank 5) has not answered for 8 s");
    fan_pulse_watch_excuse(&j->watch[0], 5);
    for (int ticks = 2 * most_ticks(j); ticks > 0; ticks--) {
        ck_assert(!j->watch[0].alarm);
        tick(j);
    }
    end(j);
}
END_TEST

/* So many that the process takes itself for cut off. */
START_TEST(who_excuses_many_is_not_cut_off)
{
    job *j = begin(1, 4, 1);
    tick(j);
    j->dead[1] = j->dead[2] = j->dead[3] = true;
    for (int ticks = most_ticks(j); ticks > 0; ticks--)
        tick(j);
    ck_assert(j->watch[0].cut_off);
    for (int i = 1; i < 4; i++)
        fan_pulse_watch_excuse(&j->watch[0], i);
    ck_assert(!j->watch[0].cut_off && !j->watch[0].alarm);
    end(j);
}
END_TEST

/* There may be a firewall. */
START_TEST(who_was_never_heard_is_not_named)
{
    job *j = begin(1, 4, 1);
    j->dead[2] = true;
    for (int ticks = 2 * most_ticks(j); ticks > 0; ticks--)
        tick(j);
    ck_assert(!fan_pulse_watch_is_complete(&j->watch[1]));
    for (int i = 0; i < j->count; i++)
        ck_assert(!j->watch[i].alarm);
    end(j);
}
END_TEST

START_TEST(many_are_counted)
{
    char text[300], small[12];
    job *j = begin(1, 12, 1);
    for (int i = 1; i < 8; i++)
        j->watch[0].members[i].silent = true;
    fan_pulse_watch_describe(&j->watch[0], text, sizeof text);
    ck_assert_str_eq(text, "n1 (rank 1), n2 (rank 2), n3 (rank 3), n4 (rank 4) and 3 more have not "
                           "answered for 8 s");
    fan_pulse_watch_describe(&j->watch[0], small, sizeof small);
    ck_assert_uint_eq(strlen(small), sizeof small - 1);
    end(j);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        the_dead_and_only_they_are_named,
        nobody_is_named_without_a_fault,
        who_is_back_in_time_is_not_named,
        a_host_that_is_cut_off_blames_itself,
        who_has_left_is_not_missed,
        who_is_excused_is_not_silent,
        who_excuses_many_is_not_cut_off,
        who_was_never_heard_is_not_named,
        many_are_counted,
    };
    return unit_main("watch", tests, sizeof tests / sizeof tests[0]);
}
