/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who ends a job waits until somebody has read the last message. Here that is this process, while
 * it sleeps.
 */
#include "config.h"

#include "base/log.h"
#include "tests/common/unit_main.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static int errors[2], sleeps, reads_at;
static char text[100];

/* In the place of the C library's. */
int nanosleep(const struct timespec *time, struct timespec *left)
{
    (void)time;
    (void)left;
    if (++sleeps == reads_at)
        ck_assert_int_gt(read(errors[0], text, sizeof text - 1), 0);
    return 0;
}

/* Warn into a pipe that is read at that sleep; 0: never. */
static void warn_and_wait(int at)
{
    int own = dup(STDERR_FILENO);
    ck_assert_int_eq(pipe(errors), 0);
    dup2(errors[1], STDERR_FILENO);
    sleeps = 0;
    reads_at = at;
    fan_warn("the last message");
    fan_warn_wait();
    dup2(own, STDERR_FILENO);
    close(own);
    close(errors[0]);
    close(errors[1]);
}

START_TEST(waits_for_a_reader)
{
    warn_and_wait(3);
    ck_assert_int_eq(sleeps, 3);
    ck_assert_str_eq(text, "fanout: the last message\n");
}
END_TEST

START_TEST(does_not_wait_for_ever)
{
    warn_and_wait(0);
    ck_assert_int_gt(sleeps, 3);
}
END_TEST

START_TEST(a_file_is_not_waited_for)
{
    int own = dup(STDERR_FILENO);
    FILE *file = tmpfile();
    dup2(fileno(file), STDERR_FILENO);
    sleeps = 0;
    fan_warn("to a file");
    fan_warn_wait();
    dup2(own, STDERR_FILENO);
    close(own);
    fclose(file);
    ck_assert_int_eq(sleeps, 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {waits_for_a_reader, does_not_wait_for_ever,
                                  a_file_is_not_waited_for};
    return unit_main("log", tests, sizeof tests / sizeof tests[0]);
}
