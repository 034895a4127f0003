/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/mark.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define BEGINNING "\036fanout-copy "

static XXH64_hash_t hash_of(const char *kind, size_t length, const char *text)
{
    return XXH3_64bits_withSeed(text, strlen(text), XXH3_64bits(kind, length));
}

void fan_copy_mark(const char *kind, const char *text)
{
    printf(BEGINNING "%s %016llx %s\n", kind, (unsigned long long)hash_of(kind, strlen(kind), text),
           text);
    fflush(stdout);
}

bool fan_copy_mark_parse(char *line, const char **kind, const char **text)
{
    if (strncmp(line, BEGINNING, strlen(BEGINNING)) != 0)
        return false;
    char *first = line + strlen(BEGINNING), *space = strchr(first, ' '), *end;
    if (space == NULL)
        return false;
    unsigned long long hash = strtoull(space + 1, &end, 16);
    if (*end != ' ' || hash != hash_of(first, (size_t)(space - first), end + 1))
        return false;
    *space = '\0';
    *kind = first;
    *text = end + 1;
    return true;
}
