/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/cleanup.h"

#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DESCRIPTORS_OF_WALK = 16 };

typedef struct leftover {
    struct leftover *next;
    char *path, *final_path;
} leftover;

static leftover *leftovers;
static struct {
    pid_t group; /* 0: none */
    const char *path;
} command;
static pthread_mutex_t mutex = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

void fan_copy_cleanup_lock(void)
{
    pthread_mutex_lock(&mutex);
}

void fan_copy_cleanup_unlock(void)
{
    pthread_mutex_unlock(&mutex);
}

void fan_copy_cleanup_add(const char *path, const char *final_path)
{
    leftover *added = calloc(1, sizeof *added);
    if (added == NULL)
        return; /* the next run removes it */
    *added = (leftover){leftovers, strdup(path), strdup(final_path)};
    leftovers = added;
}

static void release(leftover *gone)
{
    free(gone->path);
    free(gone->final_path);
    free(gone);
}

void fan_copy_cleanup_forget(const char *path)
{
    for (leftover **at = &leftovers; *at != NULL; at = &(*at)->next)
        if (strcmp((*at)->path, path) == 0) {
            leftover *gone = *at;
            *at = gone->next;
            release(gone);
            return;
        }
}

void fan_copy_cleanup_command(pid_t group, const char *path)
{
    command.group = group;
    command.path = path;
}

static int remove_found(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status, (void)kind, (void)where;
    return remove(path);
}

/* What is in a directory that cannot be written can only be removed after it can. */
static int open_up(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)where;
    if ((kind == FTW_D || kind == FTW_DNR) && (status->st_mode & S_IRWXU) != S_IRWXU)
        chmod(path, status->st_mode | S_IRWXU);
    return 0;
}

int fan_copy_cleanup_remove(const char *path)
{
    if (remove(path) == 0 || errno == ENOENT)
        return 0;
    if (errno != ENOTEMPTY && errno != EEXIST)
        return -1;
    nftw(path, open_up, DESCRIPTORS_OF_WALK, FTW_PHYS);
    return nftw(path, remove_found, DESCRIPTORS_OF_WALK, FTW_DEPTH | FTW_PHYS);
}

const char *fan_copy_cleanup_run(void)
{
    static char unfinished[4096];
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec++;
    pthread_mutex_timedlock(&mutex, &until);
    bool any = leftovers != NULL || command.group != 0;
    if (any)
        snprintf(unfinished, sizeof unfinished, "%s",
                 command.group != 0 ? command.path : leftovers->final_path);
    if (command.group != 0)
        kill(-command.group, SIGTERM);
    while (leftovers != NULL) {
        leftover *gone = leftovers;
        fan_copy_cleanup_remove(gone->path);
        leftovers = gone->next;
        release(gone);
    }
    return any ? unfinished : NULL;
}
