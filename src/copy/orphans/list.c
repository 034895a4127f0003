/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/file.h"
#include "copy/coding/xxh3.h"
#include "copy/orphans/list.h"
#include "os/cleanup.h"
#include "os/path.h"
#include "os/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct header {
    char magic[8];
    int64_t entry_bytes; /* that of another version cannot be used */
    uint64_t copy;       /* its number */
    int64_t entry_count, extent_count, text_bytes;
    XXH128_hash_t hash; /* of what is before it, and of what follows */
} header;

/* As what is to be removed early (os/cleanup.h), it belongs to the process. "": none is kept. */
static char kept[PATH_MAX];

/* The three arrays of a manifest. */
typedef struct array {
    void *data;
    size_t bytes;
} array;

enum { ARRAYS = 3 };

static void arrays_of(const fan_copy_manifest *manifest, array arrays[ARRAYS])
{
    arrays[0] =
        (array){manifest->entries, (size_t)manifest->entry_count * sizeof *manifest->entries};
    arrays[1] =
        (array){manifest->extents, (size_t)manifest->extent_count * sizeof *manifest->extents};
    arrays[2] = (array){manifest->text, (size_t)manifest->text_bytes};
}

static header describe(const fan_copy_manifest *manifest, uint64_t copy)
{
    array arrays[ARRAYS];
    header h = {.magic = {'f', 'a', 'n', 'o', 'u', 't', 'l', '2'},
                .entry_bytes = sizeof(fan_copy_entry),
                .copy = copy,
                .entry_count = manifest->entry_count,
                .extent_count = manifest->extent_count,
                .text_bytes = manifest->text_bytes};
    XXH3_state_t *state = fan_copy_xxh3_start();
    XXH3_128bits_update(state, &h, offsetof(header, hash));
    arrays_of(manifest, arrays);
    for (int i = 0; i < ARRAYS; i++)
        XXH3_128bits_update(state, arrays[i].data, arrays[i].bytes);
    h.hash = XXH3_128bits_digest(state);
    XXH3_freeState(state);
    return h;
}

/* ---- the one that this process has ---- */

static void own(const char *path)
{
    if (strcmp(kept, path) == 0)
        return; /* since an earlier attempt */
    fan_copy_list_remove();
    snprintf(kept, sizeof kept, "%s", path);
    fan_os_cleanup_add(kept, NULL);
}

void fan_copy_list_remove(void)
{
    if (kept[0] == '\0')
        return;
    fan_os_cleanup_lock();
    unlink(kept);
    fan_os_cleanup_forget(kept);
    fan_os_cleanup_unlock();
    kept[0] = '\0';
}

/* ---- writing ---- */

static bool write_all(int fd, const fan_copy_manifest *manifest, uint64_t copy)
{
    array arrays[ARRAYS];
    header h = describe(manifest, copy);
    bool good = fan_file_write(fd, &h, sizeof h);
    arrays_of(manifest, arrays);
    for (int i = 0; good && i < ARRAYS; i++)
        good = fan_file_write(fd, arrays[i].data, arrays[i].bytes);
    return good;
}

void fan_copy_list_forget(const fan_copy_targets *targets)
{
    char path[PATH_MAX];
    if (fan_os_temporary_name(targets->items[0].final_path, FAN_COPY_LIST, path, sizeof path))
        unlink(path);
}

void fan_copy_list_keep(const fan_copy_targets *targets, const fan_copy_manifest *manifest,
                        uint64_t copy)
{
    char path[PATH_MAX];
    fan_copy_list_forget(targets);
    if (!fan_os_temporary_name(targets->items[0].final_path, FAN_COPY_LIST, path, sizeof path))
        return;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return; /* what is there is not ours */
    own(path);
    if (!write_all(fd, manifest, copy))
        fan_copy_list_remove();
    close(fd);
}

/* ---- reading ---- */

static bool is_count(int64_t count, int64_t bytes)
{
    return count >= 0 && count <= bytes;
}

/* Whether a file of so many bytes can be what the header says, before there is room for it. */
static bool is_plausible(const header *h, int64_t bytes)
{
    return is_count(h->entry_count, bytes) && is_count(h->extent_count, bytes) &&
           is_count(h->text_bytes, bytes) && h->entry_bytes == sizeof(fan_copy_entry) &&
           (int64_t)sizeof *h + h->entry_count * (int64_t)sizeof(fan_copy_entry) +
                   h->extent_count * (int64_t)sizeof(fan_copy_extent) + h->text_bytes ==
               bytes;
}

static bool read_all(int fd, uint64_t copy, fan_copy_list *list)
{
    struct stat status;
    header h, expected;
    array arrays[ARRAYS];
    if (fstat(fd, &status) != 0 || fan_file_read(fd, &h, sizeof h) != (ssize_t)sizeof h ||
        h.copy != copy || !is_plausible(&h, status.st_size))
        return false;
    fan_copy_manifest_allocate(&list->manifest, h.entry_count, h.extent_count, h.text_bytes);
    arrays_of(&list->manifest, arrays);
    for (int i = 0; i < ARRAYS; i++)
        if (fan_file_read(fd, arrays[i].data, arrays[i].bytes) != (ssize_t)arrays[i].bytes)
            return false;
    expected = describe(&list->manifest, copy);
    list->hash = expected.hash;
    return memcmp(&h, &expected, sizeof h) == 0;
}

/* One that another user has put there is not believed. */
static bool is_ours(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid();
}

static bool look_beside(const char *place, uint64_t copy, fan_copy_list *list)
{
    char path[PATH_MAX];
    if (!fan_os_temporary_name(place, FAN_COPY_LIST, path, sizeof path))
        return false;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool good = is_ours(fd) && read_all(fd, copy, list);
    close(fd);
    if (good)
        own(path);
    else
        fan_copy_manifest_free(&list->manifest);
    return good;
}

static bool look_inside(const char *directory, const char *source, uint64_t copy,
                        fan_copy_list *list)
{
    char place[PATH_MAX], name[NAME_MAX + 1];
    snprintf(place, sizeof place, "%s", directory);
    fan_os_path_name(source, name, sizeof name);
    return fan_os_path_append(place, sizeof place, name) == 0 && look_beside(place, copy, list);
}

/* Whether what is before a colon was the name of a host is not known without that host. */
fan_copy_list fan_copy_list_find(const fan_copy_targets_options *options, uint64_t copy,
                                 const fan_copy_outcome *outcome)
{
    fan_copy_list list = {0};
    char place[PATH_MAX];
    const char *source = options->sources[0], *colon = strchr(source, ':');
    if (fan_os_path_expand(options->destination, outcome->host, outcome->rank, place,
                           sizeof place) != 0)
        return list;
    fan_os_path_trim(place);
    if (!look_beside(place, copy, &list))
        list.into = look_inside(place, source, copy, &list) ||
                    (colon != NULL && look_inside(place, colon + 1, copy, &list));
    return list;
}

/* ---- together ---- */

typedef struct word {
    XXH128_hash_t hash;
    bool into;
} word;

const char *fan_copy_list_agree(fan_copy_list *list, int *holder, MPI_Comm comm)
{
    int rank;
    bool has = list->manifest.entry_count > 0;
    MPI_Comm_rank(comm, &rank);
    *holder = has ? rank : INT_MAX;
    MPI_Allreduce(MPI_IN_PLACE, holder, 1, MPI_INT, MPI_MIN, comm);
    if (*holder == INT_MAX)
        return "only it knows what was to be copied";
    word first;
    memset(&first, 0, sizeof first);
    first.hash = list->hash;
    first.into = list->into;
    MPI_Bcast(&first, sizeof first, MPI_BYTE, *holder, comm);
    int differs = has && !XXH128_isEqual(first.hash, list->hash);
    MPI_Allreduce(MPI_IN_PLACE, &differs, 1, MPI_INT, MPI_MAX, comm);
    list->into = first.into;
    return differs ? "the others know it as it was at different times" : NULL;
}
