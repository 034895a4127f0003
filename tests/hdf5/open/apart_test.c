/* SPDX-License-Identifier: BSD-3-Clause */
/* Work in a child process: whatever becomes of it, this process learns it and goes on. */
#include "config.h"

#include "hdf5/objects/apart.h"

#include "tests/common/unit_main.h"

#include <errno.h>
#include <hdf5.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static fan_h5_apart_report report;

static void handle(int number)
{
    (void)number;
    _exit(0);
}

/* ---- work ---- */

static void find_something(void *state, fan_h5_apart_report *r)
{
    *(int *)state = 5;
    fan_h5_apart_step(r, "/a");
    snprintf(r->result, sizeof r->result, "found");
}

static void crash(void *state, fan_h5_apart_report *r)
{
    (void)state;
    fan_h5_apart_step(r, "/bad");
    raise(SIGSEGV);
}

static void leave(void *state, fan_h5_apart_report *r)
{
    (void)state, (void)r;
    _exit(0);
}

static void spin(void *state, fan_h5_apart_report *r)
{
    const volatile int *forever = state;
    fan_h5_apart_step(r, "/circle");
    while (*forever)
        ;
}

static void go_slowly(void *state, fan_h5_apart_report *r)
{
    (void)state;
    for (int i = 0; i < 30; i++, fan_h5_apart_step(r, NULL))
        usleep(100 * 1000);
}

static void take_a_long_step(void *state, fan_h5_apart_report *r)
{
    (void)state;
    atomic_store(&r->long_step, true);
    sleep(3);
}

static void take_all_memory(void *state, fan_h5_apart_report *r)
{
    (void)state;
    int blocks = 0;
    void *volatile block; /* gcc 16 leaves out memory that nobody uses */
    while (blocks < 1024 && (block = malloc((size_t)64 << 20)) != NULL)
        blocks++;
    snprintf(r->result, sizeof r->result, "%d", blocks);
}

static void use_hdf5(void *state, fan_h5_apart_report *r)
{
    (void)state;
    hid_t space = H5Screate(H5S_SCALAR);
    snprintf(r->result, sizeof r->result, "%d", space >= 0 && H5Sclose(space) >= 0);
}

/* ---- tests ---- */

static void has_no_child(void)
{
    ck_assert_int_lt(waitpid(-1, NULL, WNOHANG), 0);
    ck_assert_int_eq(errno, ECHILD);
}

START_TEST(the_work_is_done_elsewhere)
{
    int mine = 1;
    ck_assert_int_eq(fan_h5_apart(find_something, &mine, 5, &report), FAN_H5_APART_DONE);
    ck_assert_str_eq(report.result, "found");
    ck_assert_str_eq(report.place, "/a");
    ck_assert_int_eq(mine, 1);
    has_no_child();
}
END_TEST

START_TEST(a_crash_is_told)
{
    signal(SIGSEGV, handle); /* the program's handlers are not for the child */
    ck_assert_int_eq(fan_h5_apart(crash, NULL, 5, &report), FAN_H5_APART_CRASHED);
    signal(SIGSEGV, SIG_DFL);
    ck_assert_str_eq(report.place, "/bad");
    ck_assert_str_eq(report.reason, "Segmentation fault");
    ck_assert_int_eq(fan_h5_apart(leave, NULL, 5, &report), FAN_H5_APART_CRASHED);
    ck_assert_str_eq(report.reason, "its process ended");
    has_no_child();
}
END_TEST

START_TEST(a_circle_ends)
{
    int forever = 1;
    ck_assert_int_eq(fan_h5_apart(spin, &forever, 1, &report), FAN_H5_APART_STUCK);
    ck_assert_str_eq(report.place, "/circle");
    ck_assert_str_eq(report.reason, "no step in 1 seconds");
    has_no_child();
}
END_TEST

START_TEST(steps_are_waited_for)
{
    ck_assert_int_eq(fan_h5_apart(go_slowly, NULL, 2, &report), FAN_H5_APART_DONE);
    ck_assert_int_eq(fan_h5_apart(take_a_long_step, NULL, 1, &report), FAN_H5_APART_DONE);
}
END_TEST

/* Sanitizers end a process that has none. */
START_TEST(memory_ends)
{
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
    return;
#endif
    ck_assert_int_eq(fan_h5_apart(take_all_memory, NULL, 5, &report), FAN_H5_APART_DONE);
    int blocks = atoi(report.result);
    ck_assert_int_ge(blocks, 16);
    ck_assert_int_le(blocks, 32);
}
END_TEST

/* Of SIGCHLD, and the little memory and few descriptors that there may be. */
START_TEST(the_program_has_its_ways)
{
    signal(SIGCHLD, SIG_IGN);
    ck_assert_int_eq(fan_h5_apart(use_hdf5, NULL, 5, &report), FAN_H5_APART_DONE);
    ck_assert_str_eq(report.result, "1");
    ck_assert_int_eq(fan_h5_apart(crash, NULL, 5, &report), FAN_H5_APART_CRASHED);
    signal(SIGCHLD, SIG_DFL);

    struct rlimit before, none = {0, 0};
    getrlimit(RLIMIT_NOFILE, &before);
    none.rlim_max = before.rlim_max;
    setrlimit(RLIMIT_NOFILE, &none);
    fan_h5_apart_end end = fan_h5_apart(use_hdf5, NULL, 5, &report);
    setrlimit(RLIMIT_NOFILE, &before);
    ck_assert_int_eq(end, FAN_H5_APART_NO_PROCESS);
    ck_assert_str_eq(report.reason, strerror(EMFILE));
    ck_assert_str_eq(report.result, "");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        the_work_is_done_elsewhere, a_crash_is_told, a_circle_ends,
        steps_are_waited_for,       memory_ends,     the_program_has_its_ways,
    };
    return unit_main("apart", tests, sizeof tests / sizeof tests[0]);
}
