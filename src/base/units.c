/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/units.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/param.h>

static const char prefixes[] = "KMGTPE";

/* How many powers of 1024 the suffix stands for, -1 if it is not a suffix. */
static int suffix_power(const char *suffix)
{
    if (*suffix == '\0' || strcasecmp(suffix, "B") == 0)
        return 0;
    const char *prefix = strchr(prefixes, toupper((unsigned char)*suffix));
    if (prefix == NULL)
        return -1;
    const char *rest = suffix + 1;
    if (*rest != '\0' && strcasecmp(rest, "B") != 0 && strcasecmp(rest, "iB") != 0)
        return -1;
    return (int)(prefix - prefixes) + 1;
}

bool fan_parse_bytes(const char *text, int64_t *bytes)
{
    const char *suffix = text + strspn(text, "0123456789.");
    char *end;
    double value = strtod(text, &end);
    int power = suffix_power(suffix);
    /* strtod also reads signs, blanks, exponents, hexadecimal: then it stops elsewhere. */
    if (!isdigit((unsigned char)*text) || end != suffix || power < 0)
        return false;
    value = ldexp(value, 10 * power);
    if (!(value <= 0x1p62))
        return false;
    bool whole = memchr(text, '.', (size_t)(suffix - text)) == NULL;
    /* A double holds whole numbers exactly up to 2^53 only. */
    *bytes = whole ? (int64_t)(strtoull(text, NULL, 10) << 10 * power) : (int64_t)value;
    return true;
}

char *fan_format_bytes(int64_t bytes, char *text, size_t size)
{
    int power = 0;
    double value = (double)bytes;
    while (value >= 1024 && prefixes[power] != '\0') {
        value /= 1024;
        power++;
    }
    if (power == 0)
        snprintf(text, size, "%d B", (int)bytes);
    else
        snprintf(text, size, "%.1f %ciB", value, prefixes[power - 1]);
    return text;
}

char *fan_format_seconds(double seconds, char *text, size_t size)
{
    if (seconds < 1e-3)
        snprintf(text, size, "%.2f us", seconds * 1e6);
    else if (seconds < 1)
        snprintf(text, size, "%.2f ms", seconds * 1e3);
    else
        snprintf(text, size, "%.2f s", seconds);
    return text;
}

int fan_size_class(int64_t bytes)
{
    enum { BITS = 63 };
    return bytes > 1 ? MIN(BITS - __builtin_clzll((unsigned long long)bytes), FAN_SIZE_CLASSES - 1)
                     : 0;
}
