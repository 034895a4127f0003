/* SPDX-License-Identifier: BSD-3-Clause */
/* A process is taken by one thread at a time, and given back with its signals as they were. */
#include "config.h"

#include "copy/library/process.h"
#include "tests/common/unit_main.h"

#include <pthread.h>
#include <stdlib.h>

static void *try_to_take(void *taken)
{
    fan_copylib_process process;
    fan_copylib_process_take(&process);
    *(bool *)taken = process.taken;
    fan_copylib_process_leave(&process);
    return NULL;
}

static bool another_takes(void)
{
    bool taken = false;
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, try_to_take, &taken), 0);
    pthread_join(thread, NULL);
    return taken;
}

START_TEST(one_thread_has_it)
{
    fan_copylib_process process;
    ck_assert(another_takes());
    fan_copylib_process_take(&process);
    ck_assert(process.taken);
    ck_assert(!another_takes());
    ck_assert(!another_takes()); /* who has not got it gives nothing back */
    fan_copylib_process_leave(&process);
    ck_assert(another_takes());
}
END_TEST

static bool is_in(int (*get)(sigset_t *))
{
    sigset_t set;
    get(&set);
    return sigismember(&set, SIGXFSZ);
}

static int get_mask(sigset_t *set)
{
    return pthread_sigmask(SIG_SETMASK, NULL, set);
}

START_TEST(a_signal_of_a_copy_goes_with_it)
{
    fan_copylib_process process;
    fan_copylib_process_take(&process);
    raise(SIGXFSZ);
    ck_assert(is_in(sigpending) && is_in(get_mask));
    fan_copylib_process_leave(&process);
    ck_assert(!is_in(sigpending) && !is_in(get_mask));
}
END_TEST

START_TEST(a_signal_that_was_held_stays)
{
    fan_copylib_process process;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    raise(SIGXFSZ);
    fan_copylib_process_take(&process);
    fan_copylib_process_leave(&process);
    ck_assert(is_in(sigpending) && is_in(get_mask));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {one_thread_has_it, a_signal_of_a_copy_goes_with_it,
                                  a_signal_that_was_held_stays};
    return unit_main("process", tests, sizeof tests / sizeof tests[0]);
}
