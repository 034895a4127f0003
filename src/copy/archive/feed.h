/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file feed.h  Bytes on their way from the thread that gets them to one that reads them, with room
 * for a megabyte. Both threads may use it at the same time.
 */
#ifndef FAN_COPY_ARCHIVE_FEED_H
#define FAN_COPY_ARCHIVE_FEED_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { FAN_COPY_FEED = 1 << 20 };

typedef struct fan_copy_feed {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    unsigned char *ring;
    size_t start, used;
    size_t lent;  /**< of what is used, the reader has got this */
    bool ended;   /**< no more will come */
    bool stopped; /**< one side has given up */
} fan_copy_feed;

void fan_copy_feed_open(fan_copy_feed *feed);

/** Add bytes; waits until there is room. False if the reader has given up. */
bool fan_copy_feed_push(fan_copy_feed *feed, const void *data, size_t bytes);

/** That was all. */
void fan_copy_feed_end(fan_copy_feed *feed);

/** Give up, on either side: the other one learns it at once. */
void fan_copy_feed_stop(fan_copy_feed *feed);

/**
 * Some bytes, which stay until the next call (a fan_copy_extract_pull_fn, with the feed as state).
 *
 * @return how many; 0 at the end; -1 if the writer has given up
 */
ssize_t fan_copy_feed_pull(void *feed, const void **data);

void fan_copy_feed_close(fan_copy_feed *feed);

#endif
