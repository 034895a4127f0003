/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/hosts/words.h"

#include "copy/job/memory.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void fan_copy_words_add(fan_copy_words *words, const char *word)
{
    fan_copy_grow(&words->items, &words->room, words->count + 1, sizeof *words->items);
    words->items[words->count++] = word != NULL ? fan_copy_strdup(word) : NULL;
}

/* What a host has of its own, or the launcher sets. */
static bool stays_here(const char *name)
{
    static const char *const patterns[] = {
        "_",      "HOME",   "HOST*",  "LOGNAME", "MAIL",    "OLDPWD", "PWD",   "SHELL",
        "SHLVL",  "TMPDIR", "USER",   "DISPLAY", "TERM*",   "SSH_*",  "XDG_*", "DBUS_*",
        "OMPI_*", "PMIX_*", "PRTE_*", "PMI_*",   "HYDRA_*", "SLURM_*"};
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
        if (fnmatch(patterns[i], name, 0) == 0)
            return true;
    return false;
}

/* Functions of bash have names that launchers do not take. */
static bool is_plain(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    return name[0] != '\0' && name[strspn(name, letters)] == '\0';
}

void fan_copy_words_environment(fan_copy_words *words, const char *option)
{
    for (char **at = environ; *at != NULL; at++) {
        char *name = fan_copy_strdup(*at);
        name[strcspn(name, "=")] = '\0';
        if (is_plain(name) && !stays_here(name)) {
            fan_copy_words_add(words, option);
            fan_copy_words_add(words, name);
        }
        free(name);
    }
}

const char *const *fan_copy_words_end(fan_copy_words *words)
{
    fan_copy_words_add(words, NULL);
    return (const char *const *)words->items;
}

void fan_copy_words_free(fan_copy_words *words)
{
    for (int i = 0; i < words->count; i++)
        free(words->items[i]);
    free(words->items);
    *words = (fan_copy_words){0};
}
