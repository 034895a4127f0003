/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/differential/watch.h"

#include "tests/differential/input/settings.h"

#include <inttypes.h>
#include <mpi.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* All ranks hang at about the same time: leave the others time to say so, and gdb time to look. */
enum { TEXT = 300, TIME_FOR_OTHERS_S = 20, FAILURES_TOLD = 10 };

typedef struct activity {
    char text[TEXT];
    time_t since;
} activity;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static activity places[WATCH_PLACES];
static int own_rank, failures;

static time_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

static void print_places(void)
{
    for (int i = 0; i < WATCH_PLACES; i++)
        if (places[i].text[0] != '\0')
            fprintf(stderr, "# seed %" PRIu64 ", rank %d (process %d), place %d for %ld s: %s\n",
                    all_settings.seed, own_rank, (int)getpid(), i, (long)(now() - places[i].since),
                    places[i].text);
}

static bool hangs(void)
{
    for (int i = 0; i < WATCH_PLACES; i++)
        if (places[i].text[0] != '\0' && now() - places[i].since > all_settings.limit_s)
            return true;
    return false;
}

static void *watch(void *unused)
{
    (void)unused;
    for (;;) {
        sleep(1);
        pthread_mutex_lock(&lock);
        if (hangs()) {
            fprintf(stderr, "# HANG on rank %d\n", own_rank);
            print_places();
            sleep(TIME_FOR_OTHERS_S);
            _exit(3);
        }
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

void watch_begin(int rank)
{
    pthread_t thread;
    own_rank = rank;
    if (pthread_create(&thread, NULL, watch, NULL) != 0)
        abort();
    pthread_detach(thread);
}

void watch_step(int place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    pthread_mutex_lock(&lock);
    vsnprintf(places[place].text, TEXT, format, arguments);
    places[place].since = now();
    pthread_mutex_unlock(&lock);
    va_end(arguments);
}

void watch_fail(int place, const char *format, ...)
{
    char text[2 * TEXT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    pthread_mutex_lock(&lock);
    if (failures++ < FAILURES_TOLD)
        fprintf(stderr, "# WRONG: seed %" PRIu64 ", rank %d: %s: %s\n", all_settings.seed, own_rank,
                places[place].text, text);
    pthread_mutex_unlock(&lock);
}

bool watch_code(int place, int code, const char *what)
{
    char text[MPI_MAX_ERROR_STRING];
    int length;
    if (code == MPI_SUCCESS)
        return true;
    MPI_Error_string(code, text, &length);
    watch_fail(place, "%s: %s", what, text);
    return false;
}

int watch_failures(void)
{
    pthread_mutex_lock(&lock);
    int count = failures;
    pthread_mutex_unlock(&lock);
    return count;
}
