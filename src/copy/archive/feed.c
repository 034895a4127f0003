/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/archive/feed.h"
#include "copy/job/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

void fan_copy_feed_open(fan_copy_feed *feed)
{
    *feed = (fan_copy_feed){.ring = fan_copy_allocate(1, FAN_COPY_FEED)};
    pthread_mutex_init(&feed->mutex, NULL);
    pthread_cond_init(&feed->changed, NULL);
}

static void tell(fan_copy_feed *feed)
{
    pthread_cond_broadcast(&feed->changed);
    pthread_mutex_unlock(&feed->mutex);
}

/* Put some of it behind what is there. Returns how much. */
static size_t put(fan_copy_feed *feed, const void *data, size_t bytes)
{
    size_t at = (feed->start + feed->used) % FAN_COPY_FEED;
    size_t part = MIN(bytes, MIN(FAN_COPY_FEED - feed->used, FAN_COPY_FEED - at));
    memcpy(feed->ring + at, data, part);
    feed->used += part;
    return part;
}

bool fan_copy_feed_push(fan_copy_feed *feed, const void *data, size_t bytes)
{
    const char *from = data;
    pthread_mutex_lock(&feed->mutex);
    while (bytes > 0 && !feed->stopped) {
        size_t part = put(feed, from, bytes);
        from += part;
        bytes -= part;
        pthread_cond_broadcast(&feed->changed);
        if (part == 0)
            pthread_cond_wait(&feed->changed, &feed->mutex);
    }
    pthread_mutex_unlock(&feed->mutex);
    return bytes == 0;
}

void fan_copy_feed_end(fan_copy_feed *feed)
{
    pthread_mutex_lock(&feed->mutex);
    feed->ended = true;
    tell(feed);
}

void fan_copy_feed_stop(fan_copy_feed *feed)
{
    pthread_mutex_lock(&feed->mutex);
    feed->stopped = true;
    tell(feed);
}

ssize_t fan_copy_feed_pull(void *state, const void **data)
{
    fan_copy_feed *feed = state;
    pthread_mutex_lock(&feed->mutex);
    feed->start = (feed->start + feed->lent) % FAN_COPY_FEED;
    feed->used -= feed->lent;
    feed->lent = 0;
    pthread_cond_broadcast(&feed->changed);
    while (feed->used == 0 && !feed->ended && !feed->stopped)
        pthread_cond_wait(&feed->changed, &feed->mutex);
    if (!feed->stopped)
        feed->lent = MIN(feed->used, FAN_COPY_FEED - feed->start);
    *data = feed->ring + feed->start;
    ssize_t got = feed->stopped ? -1 : (ssize_t)feed->lent;
    pthread_mutex_unlock(&feed->mutex);
    return got;
}

void fan_copy_feed_close(fan_copy_feed *feed)
{
    pthread_cond_destroy(&feed->changed);
    pthread_mutex_destroy(&feed->mutex);
    free(feed->ring);
    feed->ring = NULL;
}
