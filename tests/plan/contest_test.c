/* SPDX-License-Identifier: BSD-3-Clause */
/* The contest of ways: what is tried, how often, what wins, when it is looked at again. */
#include "config.h"

#include "plan/contest.h"
#include "plan/times.h"
#include "tests/common/unit_main.h"

/* All are open, and could be fast. */
static const fan_field any = {.open = {true, true, true}, .first = FAN_WAY_MPI};

/* MPI could be faster by less than a fifth, and there is no tree. */
static const fan_field little_to_gain = {.open = {[FAN_WAY_ENGINE] = true, [FAN_WAY_MPI] = true},
                                         .first = FAN_WAY_ENGINE,
                                         .least = {[FAN_WAY_MPI] = 0.9}};

typedef struct tally {
    int calls[FAN_WAYS], trials[FAN_WAYS];
    fan_way last;
} tally;

/* So many calls, in which a way takes these seconds in trials of one call, and in others those. */
static tally run_trials(fan_contest *c, const fan_field *field, const double *of_one,
                        const double *of_several, int calls)
{
    tally t = {0};
    for (int i = 0; i < calls; i++) {
        bool is_trial = fan_contest_goes_on(c);
        fan_way way = is_trial               ? c->tried
                      : fan_contest_rests(c) ? c->best
                                             : fan_contest_next(c, field, &is_trial);
        ck_assert(field->open[way]);
        t.calls[way]++;
        t.trials[way] += is_trial;
        t.last = way;
        if (is_trial && c->left == 0)
            fan_contest_note(c, way, (c->length == 1 ? of_one : of_several)[way]);
    }
    return t;
}

/* So many calls, in which a way takes the seconds given for it. */
static tally run(fan_contest *c, const fan_field *field, const double *seconds, int calls)
{
    return run_trials(c, field, seconds, seconds, calls);
}

START_TEST(the_fastest_wins)
{
    for (fan_way fastest = 0; fastest < FAN_WAYS; fastest++) {
        fan_contest c = {0};
        double seconds[FAN_WAYS] = {3, 3, 3};
        seconds[fastest] = 1;
        tally t = run(&c, &any, seconds, 20);
        ck_assert_int_eq(t.last, fastest);
        ck_assert(t.calls[fastest] >= 20 - 4);
    }
}
END_TEST

START_TEST(the_first_call_is_no_trial)
{
    fan_contest c = {0};
    bool is_trial = true;
    ck_assert(!fan_contest_rests(&c));
    ck_assert_int_eq(fan_contest_next(&c, &any, &is_trial), any.first);
    ck_assert(!is_trial);
    ck_assert_int_eq(fan_contest_next(&c, &any, &is_trial), any.first);
    ck_assert(is_trial);
}
END_TEST

START_TEST(what_cannot_be_faster_is_not_tried)
{
    fan_contest c = {0};
    const double seconds[FAN_WAYS] = {1, 1, 1};
    tally t = run(&c, &little_to_gain, seconds, 1000);
    ck_assert_int_eq(t.calls[FAN_WAY_ENGINE], 1000);
}
END_TEST

/* Each trial takes an agreement, which on long links takes as long as some calls. */
START_TEST(what_has_no_rival_is_timed_once_a_look)
{
    fan_contest c = {0};
    const double seconds[FAN_WAYS] = {1, 1, 1};
    tally t = run(&c, &little_to_gain, seconds, 3);
    ck_assert_int_eq(t.trials[FAN_WAY_ENGINE], 1);
    ck_assert(c.decided);
    t = run(&c, &little_to_gain, seconds, 66);
    ck_assert_int_eq(t.trials[FAN_WAY_ENGINE], 1);
}
END_TEST

/* One that was slow the first time, so that MPI could win, is tried again with it. */
START_TEST(what_gets_a_rival_is_timed_again)
{
    fan_contest c = {0};
    const double seconds[FAN_WAYS] = {1.2, 1, 1};
    tally t = run(&c, &little_to_gain, seconds, 30);
    ck_assert_int_eq(t.trials[FAN_WAY_ENGINE], 2);
    ck_assert_int_eq(t.trials[FAN_WAY_MPI], 2);
    ck_assert_int_eq(t.last, FAN_WAY_MPI);
}
END_TEST

/* How often the engine is timed before MPI, with 0.7 units at least, is tried; 3: not at all. */
static int times_before_mpi(double unit, double least, double first, double second)
{
    fan_contest c = {0};
    const fan_field field = {
        .open = {[FAN_WAY_ENGINE] = true, [FAN_WAY_MPI] = true},
        .first = FAN_WAY_ENGINE,
        .least = {[FAN_WAY_ENGINE] = least * unit, [FAN_WAY_MPI] = 0.7 * unit}};
    int times = 0;
    bool is_trial;
    fan_contest_next(&c, &field, &is_trial);
    while (times < 3 && fan_contest_next(&c, &field, &is_trial) == FAN_WAY_ENGINE)
        fan_contest_note(&c, FAN_WAY_ENGINE, unit * (times++ == 0 ? first : second));
    return times;
}

/* Connections become faster in the first calls. */
START_TEST(what_takes_long_is_timed_again_before_another_is_tried)
{
    ck_assert_int_eq(times_before_mpi(1, 0.75, 0.95, 0.76), 3);
    ck_assert_int_eq(times_before_mpi(1, 0.75, 0.95, 0.9), 2);
    ck_assert_int_eq(times_before_mpi(1, 0.6, 0.95, 0.76), 1);
    ck_assert_int_eq(times_before_mpi(1, 0, 0.95, 0.76), 1);
    ck_assert_int_eq(times_before_mpi(0.01, 0.75, 0.95, 0.76), 1);
}
END_TEST

START_TEST(close_ones_are_tried_twice_and_far_ones_once)
{
    fan_contest c = {0};
    const double seconds[FAN_WAYS] = {1.4, 1.6, 1};
    tally t = run(&c, &any, seconds, 30);
    ck_assert_int_eq(t.trials[FAN_WAY_MPI], 2);
    ck_assert_int_eq(t.trials[FAN_WAY_ENGINE], 2);
    ck_assert_int_eq(t.trials[FAN_WAY_TREE], 1);
}
END_TEST

/* Of 60 calls, in which MPI is the fastest and the engine is far behind. */
static void check_trials(const double seconds[FAN_WAYS], int of_near_ones)
{
    fan_contest c = {0};
    tally t = run(&c, &any, seconds, 60);
    ck_assert_int_eq(t.trials[FAN_WAY_MPI], of_near_ones);
    ck_assert_int_eq(t.trials[FAN_WAY_TREE], of_near_ones);
    ck_assert_int_eq(t.trials[FAN_WAY_ENGINE], 1);
    ck_assert_int_eq(t.last, FAN_WAY_MPI);
}

START_TEST(short_ones_are_tried_in_several_calls)
{
    /* A tree that takes three times as long may have had bad luck. */
    check_trials((double[FAN_WAYS]){3e-3, 3.5e-5, 1e-5}, 1 + 8);
}
END_TEST

START_TEST(long_ones_are_tried_in_as_many_as_take_8_ms)
{
    check_trials((double[FAN_WAYS]){9e-3, 4e-3, 3e-3}, 1 + 2);
}
END_TEST

/* Whichever comes first: a user who looks at the median sees the best, but for a few calls. */
START_TEST(most_calls_are_of_the_best_from_the_start)
{
    enum { MADE = 100, SOON = 7 };
    for (fan_way first = 0; first < FAN_WAYS; first++) {
        fan_contest c = {0};
        fan_field field = any;
        const double seconds[FAN_WAYS] = {3e-5, 2e-5, 1e-5};
        int of_best = 0;
        field.first = first;
        for (int made = 1; made <= MADE; made++) {
            of_best += run(&c, &field, seconds, 1).calls[FAN_WAY_MPI];
            ck_assert_msg(made < SOON || 2 * of_best >= made - 3, "%d of %d, way %d first", of_best,
                          made, first);
        }
        ck_assert(of_best >= MADE * 2 / 3);
    }
}
END_TEST

START_TEST(looks_become_rare)
{
    fan_contest c = {0};
    const double seconds[FAN_WAYS] = {1.5, 9, 1};
    tally t = run(&c, &any, seconds, 10000);
    ck_assert_int_eq(t.trials[FAN_WAY_TREE], 1); /* far behind: never again */
    ck_assert(t.trials[FAN_WAY_ENGINE] >= 4);
    ck_assert(t.trials[FAN_WAY_ENGINE] <= 12);
    ck_assert_int_eq(t.last, FAN_WAY_MPI);
}
END_TEST

START_TEST(a_new_look_finds_what_has_changed)
{
    fan_contest c = {0};
    const double before[FAN_WAYS] = {1.5, 1.6, 1}, after[FAN_WAYS] = {1, 1.6, 1.6};
    ck_assert_int_eq(run(&c, &any, before, 20).last, FAN_WAY_MPI);
    ck_assert_int_eq(run(&c, &any, after, 100).last, FAN_WAY_ENGINE);
}
END_TEST

START_TEST(a_little_faster_changes_nothing)
{
    fan_contest c = {0};
    const double before[FAN_WAYS] = {1.02, 9, 1}, after[FAN_WAYS] = {1, 9, 1.02};
    ck_assert_int_eq(run(&c, &any, before, 20).last, FAN_WAY_MPI);
    ck_assert_int_eq(run(&c, &any, after, 10000).last, FAN_WAY_MPI);
}
END_TEST

START_TEST(calls_that_are_disturbed_do_not_count)
{
    static const double calls[] = {5, 1e-3, 3, 2, 900, 3, 4, 3, 1, 1, 1};
    fan_times t = {0};
    fan_times_add(&t, calls[0]);
    ck_assert(fan_times_median(&t) == 5);
    for (size_t i = 1; i < sizeof calls / sizeof calls[0]; i++)
        fan_times_add(&t, calls[i]);
    ck_assert_int_eq(t.count, FAN_TIMES_MOST);
    ck_assert(fan_times_median(&t) == 3);
}
END_TEST

START_TEST(what_is_fast_every_other_time_is_not_fast)
{
    fan_times t = {0};
    for (int i = 0; i < FAN_TIMES_MOST; i++)
        fan_times_add(&t, i % 2 == 0 ? 1 : 10);
    ck_assert(fan_times_typical(&t) == 10);
    t.count = 4;
    ck_assert(fan_times_typical(&t) == fan_times_median(&t));
}
END_TEST

/* The second trial of a way whose calls are short has several of them. */
START_TEST(one_lucky_call_does_not_decide)
{
    fan_contest c = {0};
    const double lucky[FAN_WAYS] = {1e-5, 9, 3e-5}, usual[FAN_WAYS] = {9e-5, 9, 3e-5};
    run_trials(&c, &any, lucky, usual, 200);
    ck_assert_int_eq(c.best, FAN_WAY_MPI);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        the_fastest_wins,
        the_first_call_is_no_trial,
        what_cannot_be_faster_is_not_tried,
        what_has_no_rival_is_timed_once_a_look,
        what_gets_a_rival_is_timed_again,
        what_takes_long_is_timed_again_before_another_is_tried,
        close_ones_are_tried_twice_and_far_ones_once,
        short_ones_are_tried_in_several_calls,
        long_ones_are_tried_in_as_many_as_take_8_ms,
        calls_that_are_disturbed_do_not_count,
        most_calls_are_of_the_best_from_the_start,
        looks_become_rare,
        a_new_look_finds_what_has_changed,
        a_little_faster_changes_nothing,
        what_is_fast_every_other_time_is_not_fast,
        one_lucky_call_does_not_decide,
    };
    return unit_main("contest", tests, sizeof tests / sizeof tests[0]);
}
