/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/crew/crew.h"

#include <stddef.h>
#include <sys/param.h>

void fan_copy_crew_open(fan_copy_crew *crew, int limit, int patience)
{
    *crew = (fan_copy_crew){.limit = MIN(limit, FAN_COPY_CREW), .patience = patience};
    pthread_mutex_init(&crew->mutex, NULL);
    pthread_cond_init(&crew->given, NULL);
    pthread_cond_init(&crew->done, NULL);
}

/* ---- with the mutex ---- */

static fan_copy_job *take_first(fan_copy_crew *crew)
{
    fan_copy_job *job = crew->first;
    crew->first = job->next;
    crew->waiting--;
    return job;
}

static void append(fan_copy_crew *crew, fan_copy_job *job)
{
    job->next = NULL;
    job->done = false;
    if (crew->first == NULL)
        crew->first = job;
    else
        crew->last->next = job;
    crew->last = job;
    crew->waiting++;
}

static void do_first(fan_copy_crew *crew)
{
    fan_copy_job *job = take_first(crew);
    pthread_mutex_unlock(&crew->mutex);
    job->run(job);
    pthread_mutex_lock(&crew->mutex);
    job->done = true;
    if (job == crew->awaited)
        pthread_cond_signal(&crew->done);
}

static void *work(void *state)
{
    fan_copy_crew *crew = state;
    pthread_mutex_lock(&crew->mutex);
    while (!crew->ending) {
        if (crew->first != NULL) {
            do_first(crew);
            continue;
        }
        crew->idle++;
        pthread_cond_wait(&crew->given, &crew->mutex);
        crew->idle--;
    }
    pthread_mutex_unlock(&crew->mutex);
    return NULL;
}

/* One more thread, if there is enough to do for it. It is not missed if that fails. */
static void start_thread(fan_copy_crew *crew)
{
    pthread_attr_t attributes;
    bool keeps_up = crew->waiting <= crew->idle + crew->patience * crew->count;
    if (keeps_up || crew->count == crew->limit || crew->ending)
        return;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, FAN_COPY_CREW_STACK);
    if (pthread_create(&crew->threads[crew->count], &attributes, work, crew) == 0)
        crew->count++;
    pthread_attr_destroy(&attributes);
}

/* ---- for those who have jobs ---- */

void fan_copy_crew_give(fan_copy_crew *crew, fan_copy_job *job)
{
    pthread_mutex_lock(&crew->mutex);
    append(crew, job);
    start_thread(crew);
    pthread_cond_signal(&crew->given);
    pthread_mutex_unlock(&crew->mutex);
}

void fan_copy_crew_wait(fan_copy_crew *crew, fan_copy_job *job)
{
    pthread_mutex_lock(&crew->mutex);
    crew->awaited = job;
    while (!job->done)
        if (crew->count == 0)
            do_first(crew);
        else
            pthread_cond_wait(&crew->done, &crew->mutex);
    crew->awaited = NULL;
    pthread_mutex_unlock(&crew->mutex);
}

bool fan_copy_crew_has_done(fan_copy_crew *crew, const fan_copy_job *job)
{
    pthread_mutex_lock(&crew->mutex);
    bool done = job->done;
    pthread_mutex_unlock(&crew->mutex);
    return done;
}

void fan_copy_crew_close(fan_copy_crew *crew)
{
    pthread_mutex_lock(&crew->mutex);
    crew->ending = true;
    pthread_cond_broadcast(&crew->given);
    pthread_mutex_unlock(&crew->mutex);
    for (int i = 0; i < crew->count; i++)
        pthread_join(crew->threads[i], NULL);
    pthread_cond_destroy(&crew->done);
    pthread_cond_destroy(&crew->given);
    pthread_mutex_destroy(&crew->mutex);
}
