/* SPDX-License-Identifier: BSD-3-Clause */
/** @file words.h  A command line that grows. Local. */
#ifndef FAN_COPY_HOSTS_WORDS_H
#define FAN_COPY_HOSTS_WORDS_H

#include <stddef.h>

typedef struct fan_copy_words {
    char **items;
    int count;
    size_t room;
} fan_copy_words;

/** Add a copy of a word. */
void fan_copy_words_add(fan_copy_words *words, const char *word);

/** Add `option` and its name for each variable of the environment that other hosts should have. */
void fan_copy_words_environment(fan_copy_words *words, const char *option);

/** The words, with a NULL behind the last. They are its own. */
const char *const *fan_copy_words_end(fan_copy_words *words);

void fan_copy_words_free(fan_copy_words *words);

#endif
