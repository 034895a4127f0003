/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/library/keys.h"

#include "copy/options/checks.h"

#include <stdio.h>
#include <string.h>

#define FLAGS  "archive, checksum, fail-fast, fsync, ignore-changed, mkpath, resume, update, verify"
#define VALUES "compress, expect-digest, timeout"

static const struct {
    const char *key;
    size_t place;
} flags[] = {
    {"archive", offsetof(fan_copy_options, archive)},
    {"checksum", offsetof(fan_copy_options, checksum)},
    {"fail-fast", offsetof(fan_copy_options, fail_fast)},
    {"fsync", offsetof(fan_copy_options, sync)},
    {"ignore-changed", offsetof(fan_copy_options, ignore_changed)},
    {"mkpath", offsetof(fan_copy_options, makes_way)},
    {"resume", offsetof(fan_copy_options, resume)},
    {"update", offsetof(fan_copy_options, update)},
    {"verify", offsetof(fan_copy_options, verify)},
};

static bool set_flag(bool *flag, const char *value, char *wrong, size_t size)
{
    *flag = strcmp(value, "true") == 0;
    if (*flag || strcmp(value, "false") == 0)
        return true;
    snprintf(wrong, size, "is \"%s\"; write \"true\" or \"false\"", value);
    return false;
}

static bool set_timeout(fan_copy_options *options, const char *value, char *wrong, size_t size)
{
    options->timeout = value;
    if (fan_copy_options_seconds(value))
        return true;
    snprintf(wrong, size, "is \"%s\"; a positive number of seconds is needed", value);
    return false;
}

bool fan_copylib_key_set(fan_copy_options *options, const char *key, const char *value, char *wrong,
                         size_t size)
{
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (strcmp(key, flags[i].key) == 0)
            return set_flag((bool *)((char *)options + flags[i].place), value, wrong, size);
    if (strcmp(key, "compress") == 0)
        return fan_copy_compression_parse(value, &options->compression, wrong, size);
    if (strcmp(key, "expect-digest") == 0)
        return fan_copy_expected_parse(value, &options->expected, wrong, size);
    if (strcmp(key, "timeout") == 0)
        return set_timeout(options, value, wrong, size);
    snprintf(wrong, size,
             "is no key of a copy; those that take true or false are " FLAGS
             ", and those with other values " VALUES);
    return false;
}
