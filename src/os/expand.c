/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "os/expand.h"

#include <errno.h>
#include <string.h>

bool fan_os_expand_valid(const char *pattern, const char *letters)
{
    for (const char *p = strchr(pattern, '%'); p != NULL; p = strchr(p + 2, '%'))
        if (p[1] == '\0' || (p[1] != '%' && strchr(letters, p[1]) == NULL))
            return false;
    return true;
}

static const char *text_of(char letter, const fan_os_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (values[i].letter == letter)
            return values[i].text;
    return "%";
}

int fan_os_expand(const char *pattern, const fan_os_value *values, size_t count, char *result,
                  size_t size)
{
    size_t used = 0;
    for (const char *p = pattern; *p != '\0'; p++) {
        char literal[2] = {*p, '\0'};
        const char *piece = *p == '%' ? text_of(*++p, values, count) : literal;
        size_t length = strlen(piece);
        if (used + length >= size)
            return ENAMETOOLONG;
        memcpy(result + used, piece, length);
        used += length;
    }
    result[used] = '\0';
    return 0;
}
