/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file crew.h  Threads that do jobs in the order in which these were given: for calls that wait
 * for a disk or a server, which can be asked many things at the same time.
 *
 * All functions are local. A crew belongs to one thread, which waits for its jobs; jobs may give
 * more of them.
 */
#ifndef FAN_COPY_CREW_CREW_H
#define FAN_COPY_CREW_CREW_H

#include <pthread.h>
#include <stdbool.h>

enum {
    FAN_COPY_CREW = 32,             /**< no crew has more threads */
    FAN_COPY_CREW_STACK = 512 << 10 /**< bytes for each of them */
};

/** Part of what the job is about. */
typedef struct fan_copy_job {
    void (*run)(struct fan_copy_job *job);
    struct fan_copy_job *next; /**< of the crew's list */
    bool done;                 /**< the crew's: ask by fan_copy_crew_wait, or _has_done */
} fan_copy_job;

typedef struct fan_copy_crew {
    pthread_mutex_t mutex;
    pthread_cond_t given, done;
    pthread_t threads[FAN_COPY_CREW];
    int limit, count, idle; /**< of the threads */
    int patience;
    fan_copy_job *first, *last; /**< those that nobody has begun */
    int waiting;                /**< how many these are */
    fan_copy_job *awaited;      /**< by the thread that the crew belongs to */
    bool ending;
} fan_copy_crew;

/**
 * A crew of at most `limit` threads (up to FAN_COPY_CREW). One more is started when more than
 * `patience` jobs wait for each of them: what a few threads keep up with needs no others, which
 * would take the processor from those who send.
 */
void fan_copy_crew_open(fan_copy_crew *crew, int limit, int patience);

/** Have a job done, whose `run` is set. It must stay where it is until it has been waited for. */
void fan_copy_crew_give(fan_copy_crew *crew, fan_copy_job *job);

/**
 * Wait until the job is done. If no thread could be started, all jobs up to this one are done here.
 */
void fan_copy_crew_wait(fan_copy_crew *crew, fan_copy_job *job);

/** Whether it has been done. */
bool fan_copy_crew_has_done(fan_copy_crew *crew, const fan_copy_job *job);

/** Wait for those that have been begun, drop the others, release all. */
void fan_copy_crew_close(fan_copy_crew *crew);

#endif
