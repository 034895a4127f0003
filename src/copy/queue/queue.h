/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file queue.h  Data on its way to a disk, in order: a thread takes it, and whoever gives it waits
 * only when as much waits as memory is meant for it. While the disk keeps up, two pieces are all
 * that is held.
 *
 * All functions are local and called by one thread.
 */
#ifndef FAN_COPY_QUEUE_QUEUE_H
#define FAN_COPY_QUEUE_QUEUE_H

#include "copy/crew/crew.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** So much waits at most: two seconds of a link of 1 Gbit/s, ten of the one that tests have. */
#define FAN_COPY_QUEUE_BYTES ((size_t)256 << 20)

/** In the thread. False if it fails: then nothing more is taken. */
typedef bool fan_copy_queue_fn(void *state, const void *data, size_t bytes);

/** What has been done so far. */
typedef struct fan_copy_queue_work {
    int64_t bytes; /**< that were taken */
    double busy;   /**< seconds that this took, those of what is being taken included */
    double waited; /**< seconds that the giver has waited for room */
} fan_copy_queue_work;

struct fan_copy_queue_block;

typedef struct fan_copy_queue {
    fan_copy_queue_fn *take;
    void *state;
    size_t limit;
    fan_copy_crew crew;
    struct fan_copy_queue_block *first, *last; /**< given, the oldest one first */
    struct fan_copy_queue_block *spare;        /**< what was used last first: it is in the cache */
    size_t held;                               /**< bytes in those that were given */

    pthread_mutex_t mutex; /**< of what follows */
    fan_copy_queue_work work;
    double since; /**< when the thread began with a piece; 0: it has none */
    bool failed;
} fan_copy_queue;

/** Begin. At most `limit` bytes wait, but for one piece that is longer. */
void fan_copy_queue_open(fan_copy_queue *queue, size_t limit, fan_copy_queue_fn *take, void *state);

/**
 * Have the data taken. Copies it; where there is no memory, or no thread, it is taken when this
 * returns. False if it, or something before, has failed already.
 */
bool fan_copy_queue_give(fan_copy_queue *queue, const void *data, size_t bytes);

/** Whoever has lent data gets it back. */
typedef struct fan_copy_queue_lender {
    void (*give_back)(void *of); /**< in the thread, or by whoever gives */
    void *of;
} fan_copy_queue_lender;

/** The same without a copy: the data stays where it is until it is given back. */
bool fan_copy_queue_lend(fan_copy_queue *queue, const void *data, size_t bytes,
                         fan_copy_queue_lender lender);

/** Wait until all has been taken. False if something has failed. */
bool fan_copy_queue_wait(fan_copy_queue *queue);

fan_copy_queue_work fan_copy_queue_look(fan_copy_queue *queue);

/** Release all, after fan_copy_queue_wait. */
void fan_copy_queue_close(fan_copy_queue *queue);

#endif
