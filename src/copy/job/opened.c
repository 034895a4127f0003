/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/opened.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct opened {
    struct opened *next;
    char *path;
    mode_t mode; /* that it had before */
} opened;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static opened *directories;

static void release(opened *directory)
{
    free(directory->path);
    free(directory);
}

static int open_up(const char *path, mode_t mode)
{
    opened *added = calloc(1, sizeof *added);
    if (added == NULL)
        return ENOMEM;
    *added = (opened){.next = directories, .path = strdup(path), .mode = mode & 07777};
    if (added->path == NULL || chmod(path, added->mode | S_IRWXU) != 0) {
        int error = errno;
        release(added);
        return error;
    }
    directories = added;
    return 0;
}

int fan_copy_opened_add(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return errno;
    pthread_mutex_lock(&mutex);
    int error = open_up(path, status.st_mode);
    pthread_mutex_unlock(&mutex);
    return error;
}

static int restore_all(void)
{
    int result = 0;
    while (directories != NULL) {
        opened *last = directories;
        if (chmod(last->path, last->mode) != 0)
            result = errno;
        directories = last->next;
        release(last);
    }
    return result;
}

int fan_copy_opened_restore(void)
{
    pthread_mutex_lock(&mutex);
    int result = restore_all();
    pthread_mutex_unlock(&mutex);
    return result;
}

void fan_copy_opened_end(void)
{
    pthread_mutex_lock(&mutex);
    restore_all();
}
