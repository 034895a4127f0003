/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "os/cleanup.h"

#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DESCRIPTORS_OF_WALK = 16 };

typedef struct leftover {
    struct leftover *next;
    char *path;
    char *final_path; /* NULL: a file that nobody misses */
} leftover;

static struct {
    pid_t group; /* 0: none */
    const char *path;
} command;
static pthread_mutex_t mutex = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

/*
 * Whoever writes to a slow disk can have the lock for so long that all is removed without it. What
 * follows is guarded by a mutex that nobody has for long, so that then, too, nothing gets its final
 * name in halves.
 */
static pthread_mutex_t list_mutex = PTHREAD_MUTEX_INITIALIZER;
static leftover *leftovers;
static bool removing;
static int inside; /* threads between _enter and _leave */
static pthread_cond_t left = PTHREAD_COND_INITIALIZER;
static _Thread_local bool is_inside;

/* With the mutex. */
static void leave(void)
{
    is_inside = false;
    inside--;
    pthread_cond_signal(&left);
}

/* While all is being removed, others wait for the end of the process: theirs would be too early. */
static void stay_out_of_the_way(void)
{
    if (is_inside)
        leave();
    pthread_mutex_unlock(&list_mutex);
    for (;;)
        pause();
}

static void hold_list(void)
{
    pthread_mutex_lock(&list_mutex);
    if (removing)
        stay_out_of_the_way();
}

void fan_os_cleanup_pass(void)
{
    hold_list();
    pthread_mutex_unlock(&list_mutex);
}

void fan_os_cleanup_enter(void)
{
    hold_list();
    inside++;
    is_inside = true;
    pthread_mutex_unlock(&list_mutex);
}

void fan_os_cleanup_leave(void)
{
    pthread_mutex_lock(&list_mutex);
    leave();
    pthread_mutex_unlock(&list_mutex);
}

void fan_os_cleanup_lock(void)
{
    pthread_mutex_lock(&mutex);
    fan_os_cleanup_pass();
}

void fan_os_cleanup_unlock(void)
{
    pthread_mutex_unlock(&mutex);
}

static void release(leftover *gone)
{
    free(gone->path);
    free(gone->final_path);
    free(gone);
}

/* What has no final name is a file of ours: another thing that is in its place is not. */
static int remove_one(const char *path, const char *final_path)
{
    return final_path == NULL ? unlink(path) : fan_os_cleanup_remove(path);
}

void fan_os_cleanup_add(const char *path, const char *final_path)
{
    leftover *added = calloc(1, sizeof *added);
    if (added == NULL)
        return; /* the next run removes it */
    added->path = strdup(path);
    added->final_path = final_path != NULL ? strdup(final_path) : NULL;
    if (added->path == NULL || (added->final_path == NULL && final_path != NULL)) {
        release(added);
        return;
    }
    pthread_mutex_lock(&list_mutex);
    if (removing) {
        release(added);
        remove_one(path, final_path);
        stay_out_of_the_way();
    }
    added->next = leftovers;
    leftovers = added;
    pthread_mutex_unlock(&list_mutex);
}

static void forget(const char *path)
{
    for (leftover **at = &leftovers; *at != NULL; at = &(*at)->next)
        if (strcmp((*at)->path, path) == 0) {
            leftover *gone = *at;
            *at = gone->next;
            release(gone);
            return;
        }
}

void fan_os_cleanup_command(pid_t group, const char *path)
{
    hold_list();
    command.group = group;
    command.path = path;
    pthread_mutex_unlock(&list_mutex);
}

void fan_os_cleanup_forget(const char *path)
{
    hold_list();
    forget(path);
    pthread_mutex_unlock(&list_mutex);
}

int fan_os_cleanup_commit(const char *path, const char *final_path)
{
    hold_list();
    int failed = rename(path, final_path);
    int error = errno;
    if (!failed)
        forget(path);
    pthread_mutex_unlock(&list_mutex);
    errno = error;
    return failed;
}

static int remove_found(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status, (void)kind, (void)where;
    return remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

/* What is in a directory that cannot be written can only be removed after it can. */
static int open_up(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)where;
    if ((kind == FTW_D || kind == FTW_DNR) && (status->st_mode & S_IRWXU) != S_IRWXU)
        chmod(path, status->st_mode | S_IRWXU);
    return 0;
}

void fan_os_cleanup_open(const char *path)
{
    nftw(path, open_up, DESCRIPTORS_OF_WALK, FTW_PHYS);
}

int fan_os_cleanup_remove(const char *path)
{
    if (remove(path) == 0 || errno == ENOENT)
        return 0;
    if (errno != ENOTEMPTY && errno != EEXIST)
        return -1;
    fan_os_cleanup_open(path);
    return nftw(path, remove_found, DESCRIPTORS_OF_WALK, FTW_DEPTH | FTW_PHYS);
}

/* Before anything that takes time: the launcher may not leave this process much of it. */
static const char *end_command(void)
{
    pthread_mutex_lock(&list_mutex);
    const char *path = command.group != 0 ? command.path : NULL;
    if (command.group != 0)
        kill(-command.group, SIGTERM);
    pthread_mutex_unlock(&list_mutex);
    return path;
}

static leftover *take_list(const struct timespec *until)
{
    pthread_mutex_lock(&list_mutex);
    removing = true;
    while (inside > 0 && pthread_cond_timedwait(&left, &list_mutex, until) == 0)
        ;
    leftover *list = leftovers;
    leftovers = NULL;
    pthread_mutex_unlock(&list_mutex);
    return list;
}

/*
 * Without the lock somebody may put a file into a directory that is being removed, but finds no
 * place for the next one.
 */
static void remove_twice(const leftover *gone)
{
    if (remove_one(gone->path, gone->final_path) != 0)
        remove_one(gone->path, gone->final_path);
}

const char *fan_os_cleanup_run(bool (*stays)(const char *path))
{
    static char unfinished[4096];
    struct timespec until;
    const char *path_of_command = end_command();
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec++;
    pthread_mutex_timedlock(&mutex, &until);
    if (path_of_command != NULL)
        snprintf(unfinished, sizeof unfinished, "%s", path_of_command);
    for (leftover *at = take_list(&until), *next; at != NULL; at = next) {
        next = at->next;
        if (stays == NULL || !stays(at->path)) {
            if (unfinished[0] == '\0' && at->final_path != NULL)
                snprintf(unfinished, sizeof unfinished, "%s", at->final_path);
            remove_twice(at);
        }
        release(at);
    }
    return unfinished[0] != '\0' ? unfinished : NULL;
}
