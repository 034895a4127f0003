/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "launch/ancestor.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROC_PATH = 300 };

/* The parent of `process`, or 0. */
static pid_t parent_of(pid_t process)
{
    char path[PROC_PATH], text[1000] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    const char *name_end = fgets(text, sizeof text, file) != NULL ? strrchr(text, ')') : NULL;
    fclose(file);
    int parent;
    return name_end != NULL && sscanf(name_end + 1, " %*c %d", &parent) == 1 ? parent : 0;
}

/* Whether what is at `path`, in /proc/PID/fd, is that end of the pipe. */
static bool is_end(const char *path, const struct stat *pipe, mode_t access)
{
    struct stat link, target;
    return stat(path, &target) == 0 && target.st_dev == pipe->st_dev &&
           target.st_ino == pipe->st_ino && lstat(path, &link) == 0 &&
           (link.st_mode & (S_IRUSR | S_IWUSR)) == access;
}

static bool has_end(pid_t process, const struct stat *pipe, mode_t access)
{
    char directory[PROC_PATH / 4], path[PROC_PATH];
    snprintf(directory, sizeof directory, "/proc/%d/fd", (int)process);
    DIR *descriptors = opendir(directory);
    if (descriptors == NULL)
        return false;
    bool found = false;
    const struct dirent *entry;
    while (!found && (entry = readdir(descriptors)) != NULL)
        if (snprintf(path, sizeof path, "%s/%s", directory, entry->d_name) < PROC_PATH)
            found = is_end(path, pipe, access);
    closedir(descriptors);
    return found;
}

pid_t fan_launch_ancestor_with(int fd, mode_t access)
{
    struct stat pipe;
    if (fstat(fd, &pipe) != 0 || !S_ISFIFO(pipe.st_mode))
        return 0;
    pid_t ancestor = getppid();
    while (ancestor > 0 && !has_end(ancestor, &pipe, access))
        ancestor = parent_of(ancestor);
    return ancestor;
}

/* The children of a process get another parent before its parent learns that it has ended. */
bool fan_launch_is_ancestor(pid_t process)
{
    pid_t ancestor = getppid();
    while (ancestor > 0 && ancestor != process)
        ancestor = parent_of(ancestor);
    return ancestor > 0;
}
