/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/where/channel.h"

#include "base/array.h"
#include "comm/ulfm/ulfm.h"
#include "comm/wait.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

/*
 * Surveys of a channel, where the parameters or the topology file change. Rank 0 offers the newest;
 * between offering one and using it, in another thread, no more are made than are kept in addition.
 */
enum { MOST_OFFERED = 8, MOST_KEPT = 64 };

/* Of all that is in this file. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* Those used last come first. */
static LIST_HEAD(, fan_channel) all_channels = LIST_HEAD_INITIALIZER(all_channels);

/* ---- channels ---- */

int fan_channel_count(void)
{
    int count = 0;
    fan_channel *channel;
    pthread_mutex_lock(&lock);
    LIST_FOREACH (channel, &all_channels, link)
        count++;
    pthread_mutex_unlock(&lock);
    return count;
}

static bool make_room(fan_channel *channel, size_t block)
{
    size_t old = channel->blocks;
    if (!fan_array_reserve(&channel->used, &channel->blocks, block + 1, sizeof *channel->used))
        return false;
    memset(channel->used + old, 0, (channel->blocks - old) * sizeof *channel->used);
    return true;
}

fan_channel *fan_channel_prepare(void)
{
    fan_channel *channel = calloc(1, sizeof *channel);
    if (channel != NULL && make_room(channel, 0))
        return channel;
    free(channel);
    return NULL;
}

void fan_channel_discard(fan_channel *channel)
{
    if (channel != NULL)
        free(channel->used);
    free(channel);
}

void fan_channel_enter(fan_channel *channel, uint64_t id, MPI_Comm comm, bool is_shared,
                       bool is_kept)
{
    channel->id = id;
    channel->comm = comm;
    MPI_Comm_rank(comm, &channel->rank);
    MPI_Comm_size(comm, &channel->size);
    channel->is_shared = is_shared;
    channel->is_kept = is_kept;
    channel->references = 1;
    pthread_mutex_lock(&lock);
    LIST_INSERT_HEAD(&all_channels, channel, link);
    pthread_mutex_unlock(&lock);
}

static bool is_broken(fan_channel *channel)
{
    return atomic_load(&channel->broken) || fan_ulfm_is_broken(channel->comm);
}

static bool fits(fan_channel *channel, int rank, int size)
{
    return channel->is_shared && !is_broken(channel) && channel->rank == rank &&
           channel->size == size;
}

int fan_channel_find_all(int rank, int size, int skipped, uint64_t *ids, int most)
{
    int found = 0;
    fan_channel *channel;
    pthread_mutex_lock(&lock);
    LIST_FOREACH (channel, &all_channels, link) {
        if (!fits(channel, rank, size))
            continue;
        if (found >= skipped && found - skipped < most)
            ids[found - skipped] = channel->id;
        found++;
    }
    pthread_mutex_unlock(&lock);
    return MAX(found - skipped, 0);
}

fan_channel *fan_channel_hold(uint64_t id, int rank, int size)
{
    fan_channel *channel;
    pthread_mutex_lock(&lock);
    LIST_FOREACH (channel, &all_channels, link)
        if (channel->id == id && fits(channel, rank, size))
            break;
    if (channel != NULL)
        channel->references++;
    pthread_mutex_unlock(&lock);
    return channel;
}

void fan_channel_come_first(fan_channel *channel)
{
    pthread_mutex_lock(&lock);
    LIST_REMOVE(channel, link);
    LIST_INSERT_HEAD(&all_channels, channel, link);
    pthread_mutex_unlock(&lock);
}

fan_channel *fan_channel_retain(fan_channel *channel)
{
    pthread_mutex_lock(&lock);
    channel->references++;
    pthread_mutex_unlock(&lock);
    return channel;
}

/*
 * A broken communicator stays as it is, also where MPI would free it after a death: Open MPI 5
 * gives the number of one that is freed to the next one, where then arrives what is still on its
 * way.
 */
static void free_channel(fan_channel *channel, bool collective)
{
    fan_survey *survey;
    while ((survey = LIST_FIRST(&channel->surveys)) != NULL) {
        LIST_REMOVE(survey, link);
        fan_survey_free(survey);
    }
    if (collective && !is_broken(channel) && fan_comm_begin_blocking()) {
        MPI_Comm_free(&channel->comm);
        fan_comm_end_blocking();
    }
    fan_channel_discard(channel);
}

void fan_channel_leave(fan_channel *channel, bool collective)
{
    pthread_mutex_lock(&lock);
    bool last = --channel->references == 0 && (!channel->is_kept || is_broken(channel));
    if (last)
        LIST_REMOVE(channel, link);
    pthread_mutex_unlock(&lock);
    if (last)
        free_channel(channel, collective);
}

/* ---- blocks ---- */

int fan_channel_tag(const fan_channel *channel, int64_t block)
{
    return (int)(block * (channel->size + FAN_TAGS));
}

static bool has_tags(const fan_channel *channel, size_t block)
{
    int *most, found;
    /* Open MPI knows it of no other communicator. */
    MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_TAG_UB, &most, &found);
    return found && (int64_t)(block + 1) * (channel->size + FAN_TAGS) - 1 <= *most;
}

static bool is_used(const fan_channel *channel, size_t block)
{
    return block < channel->blocks && channel->used[block];
}

static size_t first_free(const fan_channel *channel, size_t from)
{
    while (is_used(channel, from))
        from++;
    return from;
}

/*
 * Not the lowest one: that may have been freed here a moment ago, and not yet elsewhere. But from
 * some distance on they come again, so that neither tags nor memory run out.
 */
int64_t fan_channel_propose_block(fan_channel *channel)
{
    enum { DISTANCE = 64 };
    pthread_mutex_lock(&lock);
    size_t block = first_free(channel, channel->next_block);
    if (block >= 2 * channel->blocks_used + DISTANCE || !has_tags(channel, block))
        block = first_free(channel, 0);
    bool possible = has_tags(channel, block);
    channel->next_block = block + 1;
    pthread_mutex_unlock(&lock);
    return possible ? (int64_t)block : -1;
}

bool fan_channel_take_block(fan_channel *channel, int64_t block)
{
    pthread_mutex_lock(&lock);
    bool taken =
        block >= 0 && !is_used(channel, (size_t)block) && make_room(channel, (size_t)block);
    if (taken)
        channel->used[block] = true;
    channel->blocks_used += taken;
    pthread_mutex_unlock(&lock);
    return taken;
}

void fan_channel_free_block(fan_channel *channel, int64_t block)
{
    pthread_mutex_lock(&lock);
    channel->used[block] = false;
    channel->blocks_used--;
    pthread_mutex_unlock(&lock);
}

/* ---- surveys ---- */

fan_survey *fan_channel_survey(fan_channel *channel, int number)
{
    fan_survey *survey;
    pthread_mutex_lock(&lock);
    LIST_FOREACH (survey, &channel->surveys, link)
        if (survey->number == number)
            break;
    pthread_mutex_unlock(&lock);
    return survey;
}

/* An old one may have been dropped elsewhere. */
int fan_channel_find_survey(fan_channel *channel, const fan_survey_key *key)
{
    fan_survey *survey;
    pthread_mutex_lock(&lock);
    LIST_FOREACH (survey, &channel->surveys, link)
        if (fan_survey_key_equal(&survey->key, key) &&
            survey->number > channel->surveys_made - MOST_OFFERED)
            break;
    int number = survey == NULL ? 0 : survey->number;
    pthread_mutex_unlock(&lock);
    return number;
}

int fan_channel_new_survey(fan_channel *channel)
{
    pthread_mutex_lock(&lock);
    int number = ++channel->surveys_made;
    pthread_mutex_unlock(&lock);
    return number;
}

static void drop_before(fan_channel *channel, int number)
{
    fan_survey *survey = LIST_FIRST(&channel->surveys), *next;
    for (; survey != NULL; survey = next) {
        next = LIST_NEXT(survey, link);
        if (survey->number >= number)
            continue;
        LIST_REMOVE(survey, link);
        fan_survey_free(survey);
    }
}

void fan_channel_add_survey(fan_channel *channel, fan_survey *survey)
{
    pthread_mutex_lock(&lock);
    LIST_INSERT_HEAD(&channel->surveys, survey, link);
    drop_before(channel, survey->number - MOST_KEPT);
    pthread_mutex_unlock(&lock);
}
