/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/once/seal.h"
#include "copy/target/inventory.h"

#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

typedef struct record {
    XXH128_hash_t name, content;
    uint64_t mode;
} record;

static XXH128_hash_t hash_link(const char *path)
{
    char content[PATH_MAX];
    ssize_t length = readlink(path, content, sizeof content);
    return XXH3_128bits(content, length > 0 ? (size_t)length : 0);
}

static record look(const FTSENT *found, size_t prefix)
{
    const char *name = found->fts_path + prefix;
    record r = {.name = XXH3_128bits(name, strlen(name)), .mode = found->fts_statp->st_mode};
    if (found->fts_info == FTS_F)
        r.content = fan_copy_inventory_hash(found->fts_accpath, false);
    else if (found->fts_info == FTS_SL || found->fts_info == FTS_SLNONE)
        r.content = hash_link(found->fts_accpath);
    return r;
}

/* A sum does not depend on the order in which a directory is read. */
static void add(XXH128_hash_t *sum, const record *r)
{
    XXH128_hash_t one = XXH3_128bits(r, sizeof *r);
    sum->low64 += one.low64;
    sum->high64 += one.high64;
}

bool fan_copy_seal_take(const char *path, XXH128_hash_t *seal)
{
    char *const paths[] = {(char *)(uintptr_t)path, NULL};
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (walk == NULL)
        return false;
    FTSENT *found;
    int error = 0;
    *seal = (XXH128_hash_t){0, 0};
    while (errno = 0, (found = fts_read(walk)) != NULL) {
        if (found->fts_info == FTS_DNR || found->fts_info == FTS_ERR || found->fts_info == FTS_NS)
            error = found->fts_errno;
        if (found->fts_info == FTS_DP)
            continue;
        const record r = look(found, strlen(path));
        add(seal, &r);
    }
    if (errno != 0)
        error = errno;
    fts_close(walk);
    errno = error;
    return error == 0;
}
