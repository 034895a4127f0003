/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "os/object_path.h"

#include <stddef.h>
#include <string.h>

bool fan_os_split_object_path(char *words, const char **path, const char **object)
{
    char *colon = NULL;
    for (char *next = strstr(words, ":/"); next != NULL; next = strstr(next + 1, ":/"))
        colon = next;
    if (colon == NULL || colon == words || colon[2] == '\0')
        return false;
    *colon = '\0';
    *path = words;
    *object = colon + 1;
    return true;
}
