/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/crew/crew.h"
#include "tests/common/unit_main.h"

#include <stdatomic.h>
#include <stddef.h>
#include <time.h>

enum { JOBS = 1000, LIMIT = 4 };

typedef struct counted {
    fan_copy_job job;
    fan_copy_crew *crew;
    struct counted *more; /* given by this one */
    int done;             /* as which of all */
} counted;

static atomic_int done, now, most;

static void run(fan_copy_job *job)
{
    counted *c = (counted *)job;
    int count = ++now, before = most;
    while (count > before && !atomic_compare_exchange_weak(&most, &before, count))
        ;
    const struct timespec pause = {.tv_nsec = 100000};
    nanosleep(&pause, NULL);
    if (c->more != NULL)
        fan_copy_crew_give(c->crew, &c->more->job);
    now--;
    c->done = ++done;
}

static void start(fan_copy_crew *crew, int limit)
{
    done = now = most = 0;
    fan_copy_crew_open(crew, limit, 1);
}

START_TEST(all_are_done_by_few_threads)
{
    static counted jobs[JOBS];
    fan_copy_crew crew;
    start(&crew, LIMIT);
    for (int i = 0; i < JOBS; i++) {
        jobs[i] = (counted){.job.run = run};
        fan_copy_crew_give(&crew, &jobs[i].job);
    }
    for (int i = 0; i < JOBS; i++) {
        fan_copy_crew_wait(&crew, &jobs[i].job);
        ck_assert_int_gt(jobs[i].done, 0);
    }
    fan_copy_crew_close(&crew);
    ck_assert_int_eq(done, JOBS);
    ck_assert_int_le(most, LIMIT);
}
END_TEST

START_TEST(jobs_give_jobs)
{
    static counted jobs[JOBS];
    fan_copy_crew crew;
    start(&crew, LIMIT);
    for (int i = 0; i < JOBS; i++)
        jobs[i] =
            (counted){.job.run = run, .crew = &crew, .more = i + 1 < JOBS ? &jobs[i + 1] : NULL};
    fan_copy_crew_give(&crew, &jobs[0].job);
    for (int i = 0; i < JOBS; i++)
        fan_copy_crew_wait(&crew, &jobs[i].job);
    fan_copy_crew_close(&crew);
    ck_assert_int_eq(done, JOBS);
}
END_TEST

/* Without threads, those that are waited for are done here, in order, and no others. */
START_TEST(without_threads_they_are_done_in_order)
{
    counted jobs[3];
    fan_copy_crew crew;
    start(&crew, 0);
    for (int i = 0; i < 3; i++) {
        jobs[i] = (counted){.job.run = run};
        fan_copy_crew_give(&crew, &jobs[i].job);
    }
    fan_copy_crew_wait(&crew, &jobs[1].job);
    ck_assert_int_eq(jobs[0].done, 1);
    ck_assert_int_eq(jobs[1].done, 2);
    ck_assert_int_eq(jobs[2].done, 0);
    fan_copy_crew_close(&crew);
    ck_assert_int_eq(done, 2);
}
END_TEST

START_TEST(a_crew_without_jobs_ends)
{
    fan_copy_crew crew;
    start(&crew, LIMIT);
    fan_copy_crew_close(&crew);
    ck_assert_int_eq(done, 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {all_are_done_by_few_threads, jobs_give_jobs,
                                  without_threads_they_are_done_in_order, a_crew_without_jobs_ends};
    return unit_main("crew", tests, sizeof tests / sizeof tests[0]);
}
