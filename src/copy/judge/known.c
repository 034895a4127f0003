/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/judge/known.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

typedef struct name {
    const char *path; /* first: what is looked for has no more than that */
    mode_t kind;
    char text[];
} name;

static int compare(const void *left, const void *right)
{
    return strcmp(((const name *)left)->path, ((const name *)right)->path);
}

static name *find(const fan_copy_known *known, const char *path)
{
    const name wanted = {.path = path};
    name *const *found = tfind(&wanted, &known->tree, compare);
    return found != NULL ? *found : NULL;
}

mode_t fan_copy_known_kind(const fan_copy_known *known, const char *path)
{
    const name *found = find(known, path);
    return found != NULL ? found->kind : 0;
}

bool fan_copy_known_set(fan_copy_known *known, const char *path, mode_t kind)
{
    name *found = find(known, path);
    size_t bytes = strlen(path) + 1;
    if (found == NULL) {
        found = malloc(sizeof *found + bytes);
        if (found == NULL)
            return false;
        memcpy(found->text, path, bytes);
        found->path = found->text;
        if (tsearch(found, &known->tree, compare) == NULL) {
            free(found);
            return false;
        }
    }
    found->kind = kind;
    return true;
}

void fan_copy_known_free(fan_copy_known *known)
{
    tdestroy(known->tree, free);
    known->tree = NULL;
}
