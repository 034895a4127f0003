/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/target/share.h"
#include "os/cleanup.h"
#include "os/path.h"
#include "os/temporary.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#define PROBE ".fanout-probe"

/* What all probes of this copy for this name begin with. */
static void name_probes(const char *base, uint64_t copy, char *prefix, size_t size)
{
    snprintf(prefix, size, PROBE ".%016llx.%016llx.", (unsigned long long)copy,
             (unsigned long long)XXH3_64bits(base, strlen(base)));
}

/*
 * Where to look for others, and what all of them call it there. A directory that is there is the
 * place itself: it may be shared where the one that it is in is not.
 */
static void find_place(const char *path, char directory[static PATH_MAX], const char **base)
{
    struct stat status;
    bool is_directory = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    *base = is_directory ? "" : fan_os_path_base(path);
    int length = is_directory ? (int)strlen(path) : (int)(*base - path);
    snprintf(directory, PATH_MAX, "%.*s%s.", length, path, is_directory ? "/" : "");
}

/* Remove a probe that is not locked: its copy was killed. */
static void remove_dead(const char *directory, const char *name)
{
    char path[PATH_MAX];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", directory, name) >= sizeof path)
        return;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    /* Without file locks this cannot be known. */
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
        unlink(path);
    if (fd >= 0)
        close(fd);
}

static int lowest_rank(const char *directory, const char *prefix, int rank)
{
    DIR *stream = opendir(directory);
    if (stream == NULL)
        return rank;
    int lowest = rank, found;
    for (const struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
        if (strncmp(entry->d_name, PROBE, strlen(PROBE)) != 0)
            continue;
        if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0)
            remove_dead(directory, entry->d_name);
        else if (sscanf(entry->d_name + strlen(prefix), "%d", &found) == 1 && found < lowest)
            lowest = found;
    }
    closedir(stream);
    return lowest;
}

/* ---- one rank's look ---- */

typedef struct look {
    const char *path;         /* what is to be written */
    char directory[PATH_MAX]; /* where the probe is */
    char prefix[128];         /* of the probes of all ranks */
    char probe[PATH_MAX + 160];
    int fd;                   /* of ours, -1: there is none */
    struct timespec times[2]; /* of the directory before it was disturbed: access, modification */
} look;

static void leave_probe(look *l, const char *base, uint64_t copy, int rank)
{
    name_probes(base, copy, l->prefix, sizeof l->prefix);
    snprintf(l->probe, sizeof l->probe, "%s/%s%d", l->directory, l->prefix, rank);
    l->fd = fan_os_temporary_file(l->probe).fd;
    if (l->fd >= 0)
        fan_os_cleanup_add(l->probe, l->path);
}

/*
 * Nothing was written, so the directory shall look like that. Each rank sees to it after it has
 * removed its own probe, so the last one leaves it right. Only the owner of a directory can.
 */
static void take_probe_away(look *l)
{
    close(l->fd);
    unlink(l->probe);
    fan_os_cleanup_forget(l->probe);
    utimensat(AT_FDCWD, l->directory, l->times, 0);
}

static void begin(look *l, const char *path, const char **base)
{
    struct stat status = {0};
    l->path = path;
    find_place(path, l->directory, base);
    stat(l->directory, &status); /* if that fails, a probe cannot be left either */
    l->times[0] = status.st_atim;
    l->times[1] = status.st_mtim;
}

/* A number that all ranks learn, none of them before all have begun. */
static uint64_t number_copy(int rank, MPI_Comm comm)
{
    uint64_t copy = 0;
    if (rank == 0 && getrandom(&copy, sizeof copy, 0) != sizeof copy)
        copy = (uint64_t)getpid();
    MPI_Allreduce(MPI_IN_PLACE, &copy, 1, MPI_UINT64_T, MPI_BOR, comm);
    return copy;
}

int fan_copy_share_find(const char *path, MPI_Comm comm)
{
    int rank, size;
    look l = {.fd = -1};
    const char *base = "";
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    if (size == 1)
        return rank;
    if (path != NULL)
        begin(&l, path, &base);
    uint64_t copy = number_copy(rank, comm);
    if (path != NULL)
        leave_probe(&l, base, copy, rank);
    MPI_Barrier(comm);
    int lowest = l.fd < 0 ? rank : lowest_rank(l.directory, l.prefix, rank);
    MPI_Barrier(comm);
    if (l.fd >= 0)
        take_probe_away(&l);
    return lowest;
}
