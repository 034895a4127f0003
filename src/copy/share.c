/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/share.h"
#include "copy/cleanup.h"
#include "copy/path.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include <xxhash.h>

#define PROBE ".fanout-probe"

/* What all probes of this copy for this path begin with. */
static void name_probes(const char *path, uint64_t copy, char *prefix, size_t size)
{
    const char *base = fan_copy_path_base(path);
    snprintf(prefix, size, PROBE ".%016llx.%016llx.", (unsigned long long)copy,
             (unsigned long long)XXH3_64bits(base, strlen(base)));
}

static int lowest_rank(const char *directory, const char *prefix, int rank)
{
    DIR *stream = opendir(directory);
    if (stream == NULL)
        return rank;
    int lowest = rank, found;
    for (const struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream))
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0
            && sscanf(entry->d_name + strlen(prefix), "%d", &found) == 1 && found < lowest)
            lowest = found;
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
        int length = (int)(fan_copy_path_base(path) - path);
        snprintf(directory, sizeof directory, "%.*s.", length, path);
        name_probes(path, copy, prefix, sizeof prefix);
        snprintf(probe, sizeof probe, "%s/%s%d", directory, prefix, rank);
        fd = open(probe, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
        if (fd >= 0)
            fan_copy_cleanup_add(probe, path);
    }
    MPI_Barrier(comm);
    int lowest = fd < 0 ? rank : lowest_rank(directory, prefix, rank);
    MPI_Barrier(comm);
    if (fd >= 0) {
        close(fd);
        unlink(probe);
        fan_copy_cleanup_forget(probe);
    }
    return lowest;
}
