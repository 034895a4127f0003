/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/where/group.h"

#include "base/array.h"
#include "base/clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* Of all that is in this file. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* Those used last come first. */
static LIST_HEAD(, fan_group) all_groups = LIST_HEAD_INITIALIZER(all_groups);

/* ---- groups ---- */

uint64_t fan_group_new_id(void)
{
    uint64_t id = 0;
    if (getrandom(&id, sizeof id, 0) != (ssize_t)sizeof id)
        id = (uint64_t)(fan_clock_now() * 1e9) ^ (uint64_t)getpid() << 32;
    return id == 0 ? 1 : id;
}

int fan_group_count(void)
{
    int count = 0;
    fan_group *group;
    pthread_mutex_lock(&lock);
    LIST_FOREACH (group, &all_groups, link)
        count++;
    pthread_mutex_unlock(&lock);
    return count;
}

fan_group *fan_group_enter(uint64_t id, MPI_Comm comm, bool is_shared, bool is_kept)
{
    fan_group *group = calloc(1, sizeof *group);
    if (group == NULL)
        return NULL;
    group->id = id;
    group->comm = comm;
    MPI_Comm_rank(comm, &group->rank);
    MPI_Comm_size(comm, &group->size);
    group->is_shared = is_shared;
    group->is_kept = is_kept;
    group->references = 1;
    pthread_mutex_lock(&lock);
    LIST_INSERT_HEAD(&all_groups, group, link);
    pthread_mutex_unlock(&lock);
    return group;
}

static bool fits(fan_group *group, int rank, int size)
{
    return group->is_shared && !atomic_load(&group->broken) && group->rank == rank &&
           group->size == size;
}

int fan_group_find_all(int rank, int size, uint64_t *ids, int most)
{
    int count = 0;
    fan_group *group;
    pthread_mutex_lock(&lock);
    LIST_FOREACH (group, &all_groups, link)
        if (count < most && fits(group, rank, size))
            ids[count++] = group->id;
    pthread_mutex_unlock(&lock);
    return count;
}

fan_group *fan_group_hold(uint64_t id, int rank, int size)
{
    fan_group *group;
    pthread_mutex_lock(&lock);
    LIST_FOREACH (group, &all_groups, link)
        if (group->id == id && fits(group, rank, size))
            break;
    if (group != NULL) {
        group->references++;
        LIST_REMOVE(group, link);
        LIST_INSERT_HEAD(&all_groups, group, link);
    }
    pthread_mutex_unlock(&lock);
    return group;
}

fan_group *fan_group_retain(fan_group *group)
{
    pthread_mutex_lock(&lock);
    group->references++;
    pthread_mutex_unlock(&lock);
    return group;
}

static void free_group(fan_group *group, bool collective)
{
    fan_survey *survey;
    while ((survey = LIST_FIRST(&group->surveys)) != NULL) {
        LIST_REMOVE(survey, link);
        fan_survey_free(survey);
    }
    if (collective)
        MPI_Comm_free(&group->comm);
    free(group->used);
    free(group);
}

void fan_group_leave(fan_group *group, bool collective)
{
    pthread_mutex_lock(&lock);
    bool last = --group->references == 0 && (!group->is_kept || atomic_load(&group->broken));
    if (last)
        LIST_REMOVE(group, link);
    pthread_mutex_unlock(&lock);
    if (last)
        free_group(group, collective);
}

/* ---- blocks ---- */

int fan_group_tag(const fan_group *group, int64_t block)
{
    return (int)(block * (group->size + FAN_TAGS));
}

static bool has_tags(const fan_group *group, size_t block)
{
    int *most, found;
    MPI_Comm_get_attr(group->comm, MPI_TAG_UB, &most, &found);
    return found && (int64_t)(block + 1) * (group->size + FAN_TAGS) - 1 <= *most;
}

static bool is_used(const fan_group *group, size_t block)
{
    return block < group->blocks && group->used[block];
}

/* Not the lowest one: that may have been freed here a moment ago, and not yet elsewhere. */
int64_t fan_group_propose_block(fan_group *group)
{
    pthread_mutex_lock(&lock);
    size_t block = group->next_block;
    while (is_used(group, block))
        block++;
    if (!has_tags(group, block))
        for (block = 0; is_used(group, block);)
            block++;
    bool possible = has_tags(group, block);
    group->next_block = block + 1;
    pthread_mutex_unlock(&lock);
    return possible ? (int64_t)block : -1;
}

static bool make_room(fan_group *group, size_t block)
{
    size_t old = group->blocks;
    if (!fan_array_reserve(&group->used, &group->blocks, block + 1, sizeof *group->used))
        return false;
    memset(group->used + old, 0, (group->blocks - old) * sizeof *group->used);
    return true;
}

bool fan_group_take_block(fan_group *group, int64_t block)
{
    pthread_mutex_lock(&lock);
    bool taken = block >= 0 && !is_used(group, (size_t)block) && make_room(group, (size_t)block);
    if (taken)
        group->used[block] = true;
    pthread_mutex_unlock(&lock);
    return taken;
}

void fan_group_free_block(fan_group *group, int64_t block)
{
    pthread_mutex_lock(&lock);
    group->used[block] = false;
    pthread_mutex_unlock(&lock);
}

/* ---- surveys ---- */

fan_survey *fan_group_survey(fan_group *group, int number)
{
    fan_survey *survey;
    pthread_mutex_lock(&lock);
    LIST_FOREACH (survey, &group->surveys, link)
        if (survey->number == number)
            break;
    pthread_mutex_unlock(&lock);
    return survey;
}

int fan_group_find_survey(fan_group *group, const fan_survey_key *key)
{
    fan_survey *survey;
    pthread_mutex_lock(&lock);
    LIST_FOREACH (survey, &group->surveys, link)
        if (fan_survey_key_equal(&survey->key, key))
            break;
    int number = survey == NULL ? 0 : survey->number;
    pthread_mutex_unlock(&lock);
    return number;
}

int fan_group_new_survey(fan_group *group)
{
    pthread_mutex_lock(&lock);
    int number = ++group->surveys_made;
    pthread_mutex_unlock(&lock);
    return number;
}

void fan_group_add_survey(fan_group *group, fan_survey *survey)
{
    pthread_mutex_lock(&lock);
    LIST_INSERT_HEAD(&group->surveys, survey, link);
    pthread_mutex_unlock(&lock);
}
