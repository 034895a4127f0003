/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whole reads and writes, through a pipe that takes and gives little, with signals that interrupt.
 */
#include "config.h"

#include "base/file.h"
#include "tests/common/unit_main.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { BYTES = 1 << 20, INTERVAL_US = 200, PAUSE_US = 50 };

static char sent[BYTES], received[BYTES];
static volatile sig_atomic_t signals;

static void count(int number)
{
    (void)number;
    signals = signals + 1;
}

/* Without SA_RESTART: system calls fail with EINTR. */
static void interrupt_often(bool on)
{
    struct sigaction action = {.sa_handler = count};
    sigaction(SIGALRM, &action, NULL);
    struct itimerval interval = {{0, on ? INTERVAL_US : 0}, {0, on ? INTERVAL_US : 0}};
    setitimer(ITIMER_REAL, &interval, NULL);
}

static void fill(void)
{
    for (size_t i = 0; i < BYTES; i++)
        sent[i] = (char)(i * 2654435761u >> 13);
    memset(received, 0, BYTES);
    signals = 0;
}

static void hold_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

/* The other end, which signals leave alone: slow, so that this end must wait. */
static void *take_slowly(void *fd)
{
    hold_signals();
    size_t done = 0;
    for (ssize_t got; (got = read(*(int *)fd, received + done, 5000)) > 0; done += (size_t)got)
        usleep(PAUSE_US);
    return NULL;
}

static void *give_slowly(void *fd)
{
    hold_signals();
    for (size_t done = 0; done < BYTES; done += 4096) {
        ck_assert_int_eq(write(*(int *)fd, sent + done, 4096), 4096);
        usleep(PAUSE_US);
    }
    close(*(int *)fd);
    return NULL;
}

START_TEST(all_of_it_is_written)
{
    int ends[2];
    pthread_t other;
    fill();
    ck_assert_int_eq(pipe(ends), 0);
    pthread_create(&other, NULL, take_slowly, &ends[0]);
    interrupt_often(true);
    ck_assert(fan_file_write(ends[1], sent, BYTES));
    interrupt_often(false);
    close(ends[1]);
    pthread_join(other, NULL);
    close(ends[0]);
    ck_assert_int_gt(signals, 0);
    ck_assert(memcmp(sent, received, BYTES) == 0);
}
END_TEST

START_TEST(all_of_it_is_read)
{
    int ends[2];
    pthread_t other;
    fill();
    ck_assert_int_eq(pipe(ends), 0);
    pthread_create(&other, NULL, give_slowly, &ends[1]);
    interrupt_often(true);
    ck_assert_int_eq(fan_file_read(ends[0], received, BYTES), BYTES);
    ck_assert_int_eq(fan_file_read(ends[0], received, 1), 0); /* the end */
    interrupt_often(false);
    pthread_join(other, NULL);
    close(ends[0]);
    ck_assert_int_gt(signals, 0);
    ck_assert(memcmp(sent, received, BYTES) == 0);
}
END_TEST

START_TEST(offsets_leave_the_position_alone)
{
    FILE *file = tmpfile();
    int fd = fileno(file);
    char text[8];
    ck_assert(fan_file_write(fd, "abcdef", 6));
    ck_assert(fan_file_write_at(fd, "XY", 2, 2));
    ck_assert_int_eq(fan_file_read_at(fd, text, sizeof text, 1), 5); /* to the end */
    ck_assert(memcmp(text, "bXYef", 5) == 0);
    ck_assert_int_eq(lseek(fd, 0, SEEK_CUR), 6);
    fclose(file);
}
END_TEST

START_TEST(failures_are_told)
{
    char byte = 0;
    ck_assert(!fan_file_write(-1, &byte, 1));
    ck_assert_int_eq(errno, EBADF);
    ck_assert_int_eq(fan_file_read(-1, &byte, 1), -1);
    ck_assert_int_eq(errno, EBADF);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {all_of_it_is_written, all_of_it_is_read,
                                  offsets_leave_the_position_alone, failures_are_told};
    return unit_main("file", tests, sizeof tests / sizeof tests[0]);
}
