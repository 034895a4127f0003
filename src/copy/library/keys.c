/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/library/keys.h"

#include "copy/options/checks.h"

#include <stdio.h>
#include <string.h>

const char *fan_copylib_function(fan_copylib_what what)
{
    return what == FAN_COPYLIB_TREE ? "fanout_copy_tree" : "fanout_copy_file";
}

/* ---- true or false ---- */

typedef struct flag {
    const char *key;
    fan_copylib_what of;
    size_t place;
} flag;

static const flag flags[] = {
    {"archive", FAN_COPYLIB_ANY, offsetof(fan_copy_options, archive)},
    {"checksum", FAN_COPYLIB_ANY, offsetof(fan_copy_options, checksum)},
    {"dereference", FAN_COPYLIB_TREE, offsetof(fan_copy_options, dereference)},
    {"fail-fast", FAN_COPYLIB_ANY, offsetof(fan_copy_options, fail_fast)},
    {"from0", FAN_COPYLIB_TREE, offsetof(fan_copy_options, from0)},
    {"fsync", FAN_COPYLIB_ANY, offsetof(fan_copy_options, sync)},
    {"ignore-changed", FAN_COPYLIB_ANY, offsetof(fan_copy_options, ignore_changed)},
    {"mkpath", FAN_COPYLIB_ANY, offsetof(fan_copy_options, makes_way)},
    {"one-file-system", FAN_COPYLIB_TREE, offsetof(fan_copy_options, one_file_system)},
    {"resume", FAN_COPYLIB_ANY, offsetof(fan_copy_options, resume)},
    {"unpack", FAN_COPYLIB_FILE, offsetof(fan_copy_options, unpack)},
    {"unpack-unsafe", FAN_COPYLIB_FILE, offsetof(fan_copy_options, unpack_unsafe)},
    {"update", FAN_COPYLIB_ANY, offsetof(fan_copy_options, update)},
    {"verify", FAN_COPYLIB_ANY, offsetof(fan_copy_options, verify)},
};

static bool set_bool(bool *option, const char *value, char *wrong, size_t size)
{
    *option = strcmp(value, "true") == 0;
    if (*option || strcmp(value, "false") == 0)
        return true;
    snprintf(wrong, size, "is \"%s\"; write \"true\" or \"false\"", value);
    return false;
}

/* ---- other values ---- */

static bool set_compress(fan_copy_options *options, char *value, char *wrong, size_t size)
{
    return fan_copy_compression_parse(value, &options->compression, wrong, size);
}

/* One pattern in each line. */
static bool add_patterns(fan_copy_options *options, bool include, char *value, char *wrong,
                         size_t size)
{
    const char *pattern, *fault;
    while ((pattern = strsep(&value, "\n")) != NULL) {
        fault = fan_copy_patterns_add(&options->patterns, pattern, include);
        if (fault != NULL) {
            snprintf(wrong, size, "has \"%s\": %s", pattern, fault);
            return false;
        }
    }
    return true;
}

static bool set_exclude(fan_copy_options *options, char *value, char *wrong, size_t size)
{
    return add_patterns(options, false, value, wrong, size);
}

static bool set_include(fan_copy_options *options, char *value, char *wrong, size_t size)
{
    return add_patterns(options, true, value, wrong, size);
}

static bool set_expected(fan_copy_options *options, char *value, char *wrong, size_t size)
{
    return fan_copy_expected_parse(value, &options->expected, wrong, size);
}

static bool set_files_from(fan_copy_options *options, char *value, char *wrong, size_t size)
{
    options->files_from = value;
    if (!fan_copy_from_stdin_list(options))
        return true;
    snprintf(wrong, size, "is \"-\"; a library reads no standard input, name a file");
    return false;
}

static bool set_once(fan_copy_options *options, char *value, char *wrong, size_t size)
{
    options->once_verify = strcmp(value, "verify") == 0;
    options->once = options->once_verify;
    if (options->once || set_bool(&options->once, value, wrong, size))
        return true;
    snprintf(wrong, size, "is \"%s\"; write \"true\", \"false\" or \"verify\"", value);
    return false;
}

static bool set_timeout(fan_copy_options *options, char *value, char *wrong, size_t size)
{
    options->timeout = value;
    if (fan_copy_options_seconds(value))
        return true;
    snprintf(wrong, size, "is \"%s\"; a positive number of seconds is needed", value);
    return false;
}

typedef struct setting {
    const char *key;
    fan_copylib_what of;
    bool (*set)(fan_copy_options *options, char *value, char *wrong, size_t size);
} setting;

static const setting settings[] = {
    {"compress", FAN_COPYLIB_ANY, set_compress},
    {"exclude", FAN_COPYLIB_TREE, set_exclude},
    {"expect-digest", FAN_COPYLIB_FILE, set_expected},
    {"files-from", FAN_COPYLIB_TREE, set_files_from},
    {"include", FAN_COPYLIB_TREE, set_include},
    {"once", FAN_COPYLIB_ANY, set_once},
    {"timeout", FAN_COPYLIB_ANY, set_timeout},
};

/* ---- all ---- */

enum { FLAGS = sizeof flags / sizeof flags[0], SETTINGS = sizeof settings / sizeof settings[0] };

static void add_name(char *text, size_t size, const char *separator, const char *name)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s%s", separator, name);
}

static void tell_keys(fan_copylib_what what, char *wrong, size_t size)
{
    const char *separator = ": ";
    snprintf(wrong, size, "is no key of %s; its keys are, with true or false",
             fan_copylib_function(what));
    for (size_t i = 0; i < FLAGS; i++) {
        if ((flags[i].of & what) == 0)
            continue;
        add_name(wrong, size, separator, flags[i].key);
        separator = ", ";
    }
    separator = "; with other values: ";
    for (size_t i = 0; i < SETTINGS; i++) {
        if ((settings[i].of & what) == 0)
            continue;
        add_name(wrong, size, separator, settings[i].key);
        separator = ", ";
    }
}

bool fan_copylib_key_set(fan_copy_options *options, fan_copylib_what what, const char *key,
                         char *value, char *wrong, size_t size)
{
    for (size_t i = 0; i < FLAGS; i++)
        if ((flags[i].of & what) != 0 && strcmp(key, flags[i].key) == 0)
            return set_bool((bool *)((char *)options + flags[i].place), value, wrong, size);
    for (size_t i = 0; i < SETTINGS; i++)
        if ((settings[i].of & what) != 0 && strcmp(key, settings[i].key) == 0)
            return settings[i].set(options, value, wrong, size);
    tell_keys(what, wrong, size);
    return false;
}
