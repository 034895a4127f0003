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

mode_t fan_copy_known_kind(const fan_copy_known *known, const char *path)
{
    const name wanted = {.path = path};
    name *const *found = tfind(&wanted, &known->tree, compare);
    return found != NULL ? (*found)->kind : 0;
}

bool fan_copy_known_set(fan_copy_known *known, const char *path, mode_t kind)
{
    size_t bytes = strlen(path) + 1;
    name *added = malloc(sizeof *added + bytes);
    if (added == NULL)
        return false;
    memcpy(added->text, path, bytes);
    added->path = added->text;
    name **found = tsearch(added, &known->tree, compare);
    if (found == NULL || *found != added)
        free(added);
    if (found != NULL)
        (*found)->kind = kind;
    return found != NULL;
}

void fan_copy_known_free(fan_copy_known *known)
{
    tdestroy(known->tree, free);
    known->tree = NULL;
}
