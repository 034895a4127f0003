/* SPDX-License-Identifier: BSD-3-Clause */
/** @file shell_word.h  Texts as words of /bin/sh, and the command of --pipe. */
#ifndef FAN_OS_SHELL_WORD_H
#define FAN_OS_SHELL_WORD_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Quote `text` so that the shell takes it for one word and for nothing else.
 *
 * @return 0, or ENAMETOOLONG if the result does not fit
 */
int fan_os_shell_word(const char *text, char *word, size_t size);

/**
 * Whether in `command` each % is followed by d, h, r or %, and none of %d, %h and %r is inside
 * quotes or behind a backslash: they become words that have their own quotes. False with a text in
 * `error`.
 */
bool fan_os_shell_command_valid(const char *command, char *error, size_t size);

/**
 * Replace %d, %h and %r of a valid `command` by the directory, the host and the rank, as words, and
 * %% by %.
 *
 * @return 0, or ENAMETOOLONG if the result does not fit
 */
int fan_os_shell_command_expand(const char *command, const char *directory, const char *host,
                                int rank, char *result, size_t size);

#endif
