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

int fan_copy_share_find(const char *path, MPI_Comm comm)
{
    int rank;
    uint64_t copy = 0;
    char directory[PATH_MAX], prefix[128], probe[PATH_MAX + 160] = "";
    MPI_Comm_rank(comm, &rank);
    if (rank == 0 && getrandom(&copy, sizeof copy, 0) != sizeof copy)
        copy = (uint64_t)getpid();
    MPI_Bcast(&copy, 1, MPI_UINT64_T, 0, comm);
    int fd = -1;
    if (path != NULL) {
        const char *base;
        find_place(path, directory, &base);
        name_probes(base, copy, prefix, sizeof prefix);
        snprintf(probe, sizeof probe, "%s/%s%d", directory, prefix, rank);
        fd = fan_os_temporary_file(probe).fd;
        if (fd >= 0)
            fan_os_cleanup_add(probe, path);
    }
    MPI_Barrier(comm);
    int lowest = fd < 0 ? rank : lowest_rank(directory, prefix, rank);
    MPI_Barrier(comm);
    if (fd >= 0) {
        close(fd);
        unlink(probe);
        fan_os_cleanup_forget(probe);
    }
    return lowest;
}
