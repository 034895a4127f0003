/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "launch/last_words.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROC_PATH = 300 };

/* The parent of `process`, or 0. */
static int parent_of(int process)
{
    char path[PROC_PATH], text[1000] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", process);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    const char *name_end = fgets(text, sizeof text, file) != NULL ? strrchr(text, ')') : NULL;
    fclose(file);
    int parent;
    return name_end != NULL && sscanf(name_end + 1, " %*c %d", &parent) == 1 ? parent : 0;
}

/* Whether what is at `path`, in /proc/PID/fd, is the end of the pipe from which one reads. */
static bool is_reading_end(const char *path, const struct stat *pipe)
{
    struct stat link, target;
    return stat(path, &target) == 0 && target.st_dev == pipe->st_dev &&
           target.st_ino == pipe->st_ino && lstat(path, &link) == 0 &&
           (link.st_mode & (S_IRUSR | S_IWUSR)) == S_IRUSR;
}

static bool reads(int process, const struct stat *pipe)
{
    char directory[PROC_PATH / 4], path[PROC_PATH];
    snprintf(directory, sizeof directory, "/proc/%d/fd", process);
    DIR *descriptors = opendir(directory);
    if (descriptors == NULL)
        return false;
    bool found = false;
    const struct dirent *entry;
    while (!found && (entry = readdir(descriptors)) != NULL)
        if (snprintf(path, sizeof path, "%s/%s", directory, entry->d_name) < PROC_PATH)
            found = is_reading_end(path, pipe);
    closedir(descriptors);
    return found;
}

/* The ancestor (there may be a shell between) that reads our standard error, or 0. */
static int reader_of_errors(void)
{
    struct stat pipe;
    if (fstat(STDERR_FILENO, &pipe) != 0 || !S_ISFIFO(pipe.st_mode))
        return 0;
    int ancestor = getppid();
    while (ancestor > 0 && !reads(ancestor, &pipe))
        ancestor = parent_of(ancestor);
    return ancestor;
}

/*
 * O_APPEND: if it is a file, the launcher's position in it is not ours. O_NONBLOCK: do not wait
 * here for somebody to read.
 */
static int open_errors_of(int process)
{
    char path[PROC_PATH];
    snprintf(path, sizeof path, "/proc/%d/fd/%d", process, STDERR_FILENO);
    int fd = open(path, O_WRONLY | O_APPEND | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0)
        fcntl(fd, F_SETFL, O_APPEND);
    return fd;
}

/*
 * PRRTE (3.0.8), the launcher of Open MPI 5, reads nothing more once it is told to end: it sends
 * SIGTERM to the processes, sleeps for a quarter of a second, sends SIGKILL and ends.
 */
int fan_launch_last_words(void)
{
    int launcher = getenv("PRTE_LAUNCHED") != NULL ? reader_of_errors() : 0;
    int fd = launcher > 0 ? open_errors_of(launcher) : -1;
    return fd >= 0 ? fd : STDERR_FILENO;
}
