/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/queue/queue.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

typedef struct fan_copy_queue_block {
    fan_copy_job job; /* first: what the thread gets */
    fan_copy_queue *queue;
    struct fan_copy_queue_block *next;
    unsigned char *own; /* memory to copy to */
    size_t room;        /* of it */
    const void *data;   /* there, or lent */
    size_t bytes;
    fan_copy_queue_lender lender; /* of data that is lent */
} block;

void fan_copy_queue_open(fan_copy_queue *queue, size_t limit, fan_copy_queue_fn *take, void *state)
{
    *queue = (fan_copy_queue){.take = take, .state = state, .limit = limit};
    pthread_mutex_init(&queue->mutex, NULL);
    fan_copy_crew_open(&queue->crew, 1, 0);
}

/* ---- one piece ---- */

static bool begin(fan_copy_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    bool good = !queue->failed;
    queue->since = fan_clock_now();
    pthread_mutex_unlock(&queue->mutex);
    return good;
}

static void end(fan_copy_queue *queue, size_t bytes, bool good)
{
    pthread_mutex_lock(&queue->mutex);
    queue->work.busy += fan_clock_now() - queue->since;
    queue->work.bytes += (int64_t)bytes;
    queue->since = 0;
    queue->failed = !good;
    pthread_mutex_unlock(&queue->mutex);
}

static void take(fan_copy_queue *queue, const void *data, size_t bytes)
{
    bool good = begin(queue) && queue->take(queue->state, data, bytes);
    end(queue, bytes, good);
}

static void give_back(fan_copy_queue_lender lender)
{
    if (lender.give_back != NULL)
        lender.give_back(lender.of);
}

static void run(fan_copy_job *job)
{
    const block *b = (const block *)job;
    take(b->queue, b->data, b->bytes);
    give_back(b->lender);
}

/* ---- pieces that wait ---- */

static bool has_failed(fan_copy_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    bool failed = queue->failed;
    pthread_mutex_unlock(&queue->mutex);
    return failed;
}

/* The oldest one has been taken. */
static void drop_first(fan_copy_queue *queue)
{
    block *b = queue->first;
    queue->first = b->next;
    queue->held -= b->bytes;
    b->next = queue->spare;
    queue->spare = b;
}

static void wait_for_first(fan_copy_queue *queue)
{
    double begun = fan_clock_now();
    fan_copy_crew_wait(&queue->crew, &queue->first->job);
    drop_first(queue);
    pthread_mutex_lock(&queue->mutex);
    queue->work.waited += fan_clock_now() - begun;
    pthread_mutex_unlock(&queue->mutex);
}

static void make_room(fan_copy_queue *queue, size_t bytes)
{
    while (queue->first != NULL && fan_copy_crew_has_done(&queue->crew, &queue->first->job))
        drop_first(queue);
    while (queue->first != NULL && queue->held + bytes > queue->limit)
        wait_for_first(queue);
}

static bool has_room(block *b, size_t bytes)
{
    if (b->room >= bytes)
        return true;
    free(b->own);
    b->own = malloc(bytes);
    b->room = b->own != NULL ? bytes : 0;
    return b->own != NULL;
}

/* With room for so many bytes. NULL: there is no memory. */
static block *find_block(fan_copy_queue *queue, size_t bytes)
{
    block *b = queue->spare;
    if (b != NULL)
        queue->spare = b->next;
    else
        b = calloc(1, sizeof *b);
    if (b == NULL || has_room(b, bytes))
        return b;
    b->next = queue->spare;
    queue->spare = b;
    return NULL;
}

static void append(fan_copy_queue *queue, block *b, const void *data, size_t bytes,
                   fan_copy_queue_lender lender)
{
    b->data = data;
    b->bytes = bytes;
    b->lender = lender;
    b->queue = queue;
    b->job.run = run;
    b->next = NULL;
    if (queue->first == NULL)
        queue->first = b;
    else
        queue->last->next = b;
    queue->last = b;
    queue->held += bytes;
    fan_copy_crew_give(&queue->crew, &b->job);
}

/* Without memory, after all that was given before. */
static bool take_here(fan_copy_queue *queue, const void *data, size_t bytes)
{
    if (fan_copy_queue_wait(queue))
        take(queue, data, bytes);
    return !has_failed(queue);
}

/* If no thread can be started, all is done by who waits. */
static bool hand_over(fan_copy_queue *queue, block *b, const void *data, size_t bytes,
                      fan_copy_queue_lender lender)
{
    append(queue, b, data, bytes, lender);
    return queue->crew.count > 0 || fan_copy_queue_wait(queue);
}

bool fan_copy_queue_give(fan_copy_queue *queue, const void *data, size_t bytes)
{
    make_room(queue, bytes);
    if (has_failed(queue))
        return false;
    block *b = find_block(queue, bytes);
    if (b == NULL)
        return take_here(queue, data, bytes);
    memcpy(b->own, data, bytes);
    return hand_over(queue, b, b->own, bytes, (fan_copy_queue_lender){0});
}

bool fan_copy_queue_lend(fan_copy_queue *queue, const void *data, size_t bytes,
                         fan_copy_queue_lender lender)
{
    make_room(queue, bytes);
    block *b = has_failed(queue) ? NULL : find_block(queue, 0);
    if (b != NULL)
        return hand_over(queue, b, data, bytes, lender);
    bool good = !has_failed(queue) && take_here(queue, data, bytes);
    give_back(lender);
    return good;
}

bool fan_copy_queue_wait(fan_copy_queue *queue)
{
    while (queue->first != NULL)
        wait_for_first(queue);
    return !has_failed(queue);
}

fan_copy_queue_work fan_copy_queue_look(fan_copy_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    fan_copy_queue_work work = queue->work;
    if (queue->since > 0)
        work.busy += fan_clock_now() - queue->since;
    pthread_mutex_unlock(&queue->mutex);
    return work;
}

void fan_copy_queue_close(fan_copy_queue *queue)
{
    fan_copy_crew_close(&queue->crew);
    while (queue->spare != NULL) {
        block *b = queue->spare;
        queue->spare = b->next;
        free(b->own);
        free(b);
    }
    pthread_mutex_destroy(&queue->mutex);
}
