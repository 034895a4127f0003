/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tune/cache/cache.h"

#include "base/file.h"
#include "tune/cache/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { MOST_BYTES = 4096, A_DAY = 24 * 60 * 60, GOOD_FOR = 7 * A_DAY };

/* What the numbers mean; a new meaning is a new version. */
static const char version[] = "libfanout 1";

static const size_t kept[] = {FAN_PARAM_INDEX_latency, FAN_PARAM_INDEX_overhead,
                              FAN_PARAM_INDEX_bandwidth};
enum { KEPT = sizeof kept / sizeof kept[0] };

/* ---- the name ---- */

static int compare(const void *a, const void *b)
{
    const char *const *first = a, *const *second = b;
    return strcmp(*first, *second);
}

fan_cache_name fan_cache_name_of(const char *library, const char **hosts, int count)
{
    XXH3_state_t state;
    fan_cache_name name;
    XXH3_128bits_reset(&state);
    XXH3_128bits_update(&state, version, sizeof version);
    XXH3_128bits_update(&state, library, strlen(library) + 1);
    qsort(hosts, (size_t)count, sizeof *hosts, compare);
    for (int i = 0; i < count; i++)
        XXH3_128bits_update(&state, hosts[i], strlen(hosts[i]) + 1);
    XXH128_hash_t hash = XXH3_128bits_digest(&state);
    snprintf(name.text, sizeof name.text, "%016llx%016llx", (unsigned long long)hash.high64,
             (unsigned long long)hash.low64);
    return name;
}

/* ---- reading ---- */

/* One from the future would be good for ever. Clocks of hosts may differ a little. */
static bool is_old(const struct stat *entry)
{
    time_t now = time(NULL);
    return entry->st_mtime < now - GOOD_FOR || entry->st_mtime > now + A_DAY;
}

static fan_status refuse(const char *name, const char *why)
{
    return fan_fail(FAN_ERR_SYSTEM, "the file %s of the cache: %s", name, why);
}

static fan_status check(const char *name, int fd)
{
    struct stat entry;
    if (fstat(fd, &entry) != 0)
        return refuse(name, strerror(errno));
    if (!S_ISREG(entry.st_mode))
        return refuse(name, "not a regular file");
    if (!fan_cache_is_private(&entry))
        return refuse(name, "another user owns it or may write to it");
    return is_old(&entry) ? refuse(name, "older than a week, or from the future") : FAN_OK;
}

/* Each of those that are kept, and no others: this is no tune file of a user. */
static bool is_complete(const fan_params *params)
{
    int64_t expected = 0;
    for (int i = 0; i < KEPT; i++)
        expected |= INT64_C(1) << kept[i];
    return params->given == expected;
}

static fan_status parse(const char *name, char *text, size_t bytes, fan_params *params)
{
    char path[64];
    fan_params read = fan_params_default();
    snprintf(path, sizeof path, "%s of the cache", name);
    FILE *file = bytes > 0 ? fmemopen(text, bytes, "r") : NULL;
    if (file == NULL)
        return refuse(name, bytes > 0 ? strerror(errno) : "empty");
    fan_status status = fan_params_from_file(&read, file, path);
    fclose(file);
    if (status != FAN_OK)
        return status;
    if (!is_complete(&read))
        return refuse(name, "not what libfanout writes");
    params->latency = read.latency;
    params->overhead = read.overhead;
    params->bandwidth = read.bandwidth;
    return FAN_OK;
}

static fan_status read_from(const char *name, int fd, fan_params *params)
{
    char text[MOST_BYTES + 1];
    fan_status status = check(name, fd);
    if (status != FAN_OK)
        return status;
    ssize_t bytes = fan_file_read(fd, text, sizeof text);
    if (bytes < 0)
        return refuse(name, strerror(errno));
    if (bytes > MOST_BYTES || memchr(text, '\0', (size_t)bytes) != NULL)
        return refuse(name, "not what libfanout writes");
    return parse(name, text, (size_t)bytes, params);
}

/* O_NONBLOCK: a pipe that somebody put there must not stop the program. */
static fan_status read_in(int folder, const char *name, fan_params *params, bool *found)
{
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return FAN_OK;
    if (fd < 0)
        return refuse(name, errno == ELOOP ? "a symbolic link" : strerror(errno));
    fan_status status = read_from(name, fd, params);
    close(fd);
    *found = status == FAN_OK;
    return status;
}

fan_status fan_cache_read(const fan_cache_name *name, fan_params *params, bool *found)
{
    int folder;
    *found = false;
    fan_status status = fan_cache_folder(false, &folder);
    if (status != FAN_OK || folder < 0)
        return status;
    status = read_in(folder, name->text, params, found);
    close(folder);
    return status;
}

/* ---- writing ---- */

static int compose(const fan_params *params, char *text, size_t size)
{
    int length = snprintf(text, size,
                          "# What libfanout measured; good for a week. FANOUT_CACHE=0 "
                          "in the environment: not used.\n");
    for (int i = 0; i < KEPT; i++) {
        char value[64];
        fan_params_get(params, kept[i], value, sizeof value);
        length += snprintf(text + length, size - (size_t)length, "%s = %s\n",
                           fan_param_name(kept[i]), value);
    }
    return length;
}

/* Unlike any that another process, also on another host, has at the same time. */
static void make_temporary_name(char *text, size_t size, const char *name)
{
    unsigned long long number = 0;
    if (getrandom(&number, sizeof number, GRND_NONBLOCK) != (ssize_t)sizeof number)
        number = (unsigned long long)getpid();
    snprintf(text, size, "%s.%016llx", name, number);
}

static bool write_new(int folder, const char *path, const char *text, int length)
{
    int fd = openat(folder, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool written = fan_file_write(fd, text, (size_t)length);
    int reason = errno;
    if (close(fd) != 0 && written) {
        written = false;
        reason = errno;
    }
    errno = reason;
    return written;
}

static fan_status write_in(int folder, const char *name, const fan_params *params)
{
    char text[MOST_BYTES], path[64];
    int length = compose(params, text, sizeof text);
    make_temporary_name(path, sizeof path, name);
    if (write_new(folder, path, text, length) && renameat(folder, path, folder, name) == 0)
        return FAN_OK;
    int reason = errno;
    unlinkat(folder, path, 0);
    return refuse(name, strerror(reason));
}

/* The name of a file, or of a temporary one that was left behind. */
static bool is_ours(const char *name)
{
    size_t digits = strspn(name, "0123456789abcdef");
    return digits == sizeof((fan_cache_name){0}.text) - 1 &&
           (name[digits] == '\0' || name[digits] == '.');
}

static void remove_old(int folder)
{
    int copy = dup(folder);
    DIR *entries = copy >= 0 ? fdopendir(copy) : NULL;
    if (entries == NULL) {
        close(copy);
        return;
    }
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        struct stat found;
        if (is_ours(entry->d_name) &&
            fstatat(folder, entry->d_name, &found, AT_SYMLINK_NOFOLLOW) == 0 && is_old(&found))
            unlinkat(folder, entry->d_name, 0);
    }
    closedir(entries);
}

fan_status fan_cache_write(const fan_cache_name *name, const fan_params *params)
{
    int folder;
    fan_status status = fan_cache_folder(true, &folder);
    if (status != FAN_OK || folder < 0)
        return status;
    status = write_in(folder, name->text, params);
    remove_old(folder);
    close(folder);
    return status;
}
